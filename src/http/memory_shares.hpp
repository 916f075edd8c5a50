#pragma once
#include <cassert>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace ecron::http {

/// A bounded amount of memory shared by accounts. An account may hold at most as many bytes as it leaves
/// free, so that other accounts always find space (dynamic thresholds: Choudhury and Hahne, "Dynamic Queue
/// Length Thresholds for Shared-Memory Packet Switches", 1998). One item per account is exempt from this, and
/// so is the unnamed account; the total limit always applies. Threads: the owner's.
class MemoryShares {
public:
    explicit MemoryShares(std::size_t limit) : limit_(limit) {}

    [[nodiscard]] std::size_t total() const { return total_; }

private:
    friend class MemoryShare;
    struct Account {
        std::size_t bytes{0};
        std::size_t items{0};
    };

    std::size_t limit_;
    std::size_t total_{0};
    std::map<std::string, Account, std::less<>> accounts_;
};

/// The memory held by one body or response, until it is destroyed.
class MemoryShare {
public:
    explicit MemoryShare(MemoryShares& of) : of_(of) {}
    ~MemoryShare() { leave(); }
    MemoryShare(const MemoryShare&) = delete;
    MemoryShare& operator=(const MemoryShare&) = delete;

    /// Assigns the share to an account; until then it belongs to the unnamed account.
    void belongs_to(const std::string& account) {
        const std::size_t bytes = bytes_;
        leave();
        if (!account.empty()) {
            account_ = of_.accounts_.try_emplace(account).first;
            named_ = true;
            ++account_->second.items;
        }
        hold(bytes);
    }
    void hold(std::size_t bytes) {
        of_.total_ += bytes - bytes_;
        if (named_) account_->second.bytes += bytes - bytes_;
        bytes_ = bytes;
    }
    /// True if the total is over its limit, or the account holds more than it leaves free.
    [[nodiscard]] bool exceeds() const {
        if (of_.total_ > of_.limit_) return true;
        return named_ && account_->second.items > 1 && account_->second.bytes > of_.limit_ - of_.total_;
    }

private:
    void leave() {
        hold(0);
        if (std::exchange(named_, false) && --account_->second.items == 0) of_.accounts_.erase(account_);
    }

    MemoryShares& of_;
    std::map<std::string, MemoryShares::Account, std::less<>>::iterator account_{};
    std::size_t bytes_{0};
    bool named_{false};
};

}  // namespace ecron::http
