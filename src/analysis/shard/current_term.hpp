#pragma once
#include <cassert>
#include <cstdint>
#include <optional>

#include "ecron/store/store.hpp"

namespace ecron::analysis {

class Term;

/// The term that a shard's state in memory belongs to. Epoch and watermark never decrease. Threads: the
/// io_context's.
class CurrentTerm {
public:
    CurrentTerm() = default;
    CurrentTerm(const CurrentTerm&) = delete;
    CurrentTerm& operator=(const CurrentTerm&) = delete;

    void begin(const store::Term& stored) {
        assert(!stored_);
        stored_ = stored;
        ++number_;
    }
    /// Begins the next epoch with the state of the term: no other node led in between.
    void renew(const store::Term& stored) {
        assert(stored_ && follows(stored));
        stored_ = stored;
    }
    void end() {
        assert(stored_);
        stored_.reset();
    }
    void commit(Instant watermark, ChangeNumber planned) {
        assert(stored_ && watermark >= stored_->watermark);
        stored_->watermark = watermark;
        stored_->planned = planned;
    }

    [[nodiscard]] bool is_active() const { return stored_.has_value(); }
    [[nodiscard]] bool follows(const store::Term& next) const {
        return stored_ && next.epoch.value() == stored_->epoch.value() + 1;
    }
    const store::Term* operator->() const {
        assert(stored_);
        return &*stored_;
    }
    [[nodiscard]] Term token() const;

private:
    friend class Term;
    std::optional<store::Term> stored_;
    std::uint64_t number_{0};
};

/// A coroutine's hold on the term in which it began: after each suspension it checks whether that term, and
/// with it the state in memory, still exists.
class Term {
public:
    explicit Term(const CurrentTerm& current) : current_(&current), number_(current.number_) {}
    [[nodiscard]] bool ended() const { return !current_->is_active() || current_->number_ != number_; }

private:
    const CurrentTerm* current_;
    std::uint64_t number_;
};

inline Term CurrentTerm::token() const { return Term{*this}; }

}  // namespace ecron::analysis
