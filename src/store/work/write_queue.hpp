#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/work/work.hpp"

namespace ecron::store {

enum class WriteKind : std::uint8_t { claims, outcomes, requests, jobs, outbox, history, others };
inline constexpr std::size_t kWriteKinds = 7;

class Session;

class Write : public Work {
public:
    explicit Write(WriteKind kind) : kind_(kind) {}
    [[nodiscard]] WriteKind kind() const { return kind_; }
    /// The tenant that causes it; empty for writes of ecron itself and of several tenants.
    [[nodiscard]] virtual std::string_view payer() const { return {}; }
    /// The approximate number of bytes that it stores; only large ones matter.
    [[nodiscard]] virtual std::size_t bytes() const { return 0; }
    /// Returns true if applying it twice has no further effect and gives the same answer.
    [[nodiscard]] virtual bool repeatable() const { return true; }
    /// For kinds whose members are executed one after the other: executes this member inside the transaction.
    virtual void apply(Session&) {}

private:
    WriteKind kind_;
};

/// Waiting writes of one kind. Tenants are served round-robin, in order within a tenant, so that the writes
/// of one tenant wait for a share of the others' and not for their backlog.
class WriteQueue {
public:
    void push(std::unique_ptr<Write> write) {
        const std::string_view tenant = write->payer();
        auto line = lines_.find(tenant);
        if (line == lines_.end()) {
            line = lines_.emplace(std::string{tenant}, Line{}).first;
            turns_.push_back(line);
        }
        line->second.push_back(std::move(write));
        ++size_;
    }

    /// Takes the next `count` writes, of which there must be as many, or fewer if they store `bytes`
    /// together.
    std::vector<std::unique_ptr<Write>> take(std::size_t count, std::size_t bytes) {
        std::vector<std::unique_ptr<Write>> taken;
        taken.reserve(count);
        for (std::size_t stored = 0; taken.size() < count && (taken.empty() || stored < bytes);) {
            const auto line = turns_.front();
            stored += line->second.front()->bytes();
            turns_.pop_front();
            taken.push_back(std::move(line->second.front()));
            line->second.pop_front();
            if (line->second.empty())
                lines_.erase(line);
            else
                turns_.push_back(line);
        }
        size_ -= taken.size();
        return taken;
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }

private:
    using Line = std::deque<std::unique_ptr<Write>>;
    using Lines = std::map<std::string, Line, std::less<>>;

    Lines lines_;                        // no empty ones
    std::deque<Lines::iterator> turns_;  // each line once
    std::size_t size_{0};
};

}  // namespace ecron::store
