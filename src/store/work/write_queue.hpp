#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/round_robin.hpp"
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
    /// Returns true if it may wait a moment for others to share its commit.
    [[nodiscard]] virtual bool is_patient() const { return false; }
    /// For kinds whose members are executed one after the other: executes this member inside the transaction.
    virtual void apply(Session&) {}

private:
    WriteKind kind_;
};

/// Waiting writes of one kind.
class WriteQueue {
public:
    void push(std::unique_ptr<Write> write) {
        const std::string_view tenant = write->payer();
        waiting_.push(tenant, std::move(write));
    }

    /// Takes the next `count` writes, of which there must be as many, or fewer if they store `bytes`
    /// together.
    std::vector<std::unique_ptr<Write>> take(std::size_t count, std::size_t bytes) {
        std::vector<std::unique_ptr<Write>> taken;
        taken.reserve(count);
        for (std::size_t stored = 0; taken.size() < count && (taken.empty() || stored < bytes);) {
            taken.push_back(waiting_.pop());
            stored += taken.back()->bytes();
        }
        return taken;
    }

    [[nodiscard]] std::size_t size() const { return waiting_.size(); }
    [[nodiscard]] bool empty() const { return waiting_.empty(); }

private:
    RoundRobin<std::string, std::unique_ptr<Write>> waiting_;  // by payer
};

}  // namespace ecron::store
