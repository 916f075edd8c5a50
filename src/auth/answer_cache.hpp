#pragma once
#include <cstring>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>

#include "auth/digest.hpp"
#include "ecron/base/time.hpp"

namespace ecron::auth {

/// Results of token checks by the token's hash; the token itself is not kept. Bounded; the least recently
/// used entry is evicted first. Threads: its owner's.
template <class Answer> class AnswerCache {
public:
    explicit AnswerCache(std::size_t size) : size_(size) {}

    /// Valid until the next call; nullptr: unknown or expired.
    const Answer* find(const Digest& token, SteadyInstant now) {
        const auto found = by_token_.find(token);
        if (found == by_token_.end()) return nullptr;
        if (found->second->until <= now) {
            drop(found);
            return nullptr;
        }
        if (found->second != entries_.begin()) entries_.splice(entries_.begin(), entries_, found->second);
        return &found->second->answer;
    }

    void keep(const Digest& token, Answer answer, SteadyInstant until, SteadyInstant now) {
        if (until <= now || size_ == 0) return;
        if (const auto found = by_token_.find(token); found != by_token_.end()) drop(found);
        while (entries_.size() >= size_) drop(by_token_.find(entries_.back().token));
        entries_.push_front({token, std::move(answer), until});
        by_token_.emplace(token, entries_.begin());
    }

    void forget(const Digest& token) {
        if (const auto found = by_token_.find(token); found != by_token_.end()) drop(found);
    }

    /// The expiry of the entry.
    [[nodiscard]] std::optional<SteadyInstant> end_of(const Digest& token) const {
        const auto found = by_token_.find(token);
        return found == by_token_.end() ? std::nullopt : std::optional{found->second->until};
    }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        Digest token;
        Answer answer;
        SteadyInstant until;
    };
    struct Hash {
        std::size_t operator()(const Digest& digest) const {
            std::size_t value = 0;
            std::memcpy(&value, digest.data(), sizeof value);
            return value;
        }
    };
    using ByToken = std::unordered_map<Digest, typename std::list<Entry>::iterator, Hash>;

    void drop(typename ByToken::iterator which) {
        entries_.erase(which->second);
        by_token_.erase(which);
    }

    std::size_t size_;
    std::list<Entry> entries_;
    ByToken by_token_;
};

}  // namespace ecron::auth
