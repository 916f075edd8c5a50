#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "ecron/base/time.hpp"

namespace ecron {

/// Which of many messages are worth a line of the log: each is told at once, and again only after a while;
/// of very many different ones in that time the first. Contains no clock. Threads: the owner makes every
/// call.
class OnceAWhile {
public:
    OnceAWhile(Millis quiet, std::size_t most) : quiet_(quiet), most_(most) {}

    bool is_to_be_told(std::string message, SteadyInstant now) {
        std::erase_if(told_, [&](const auto& told) { return now - told.second >= quiet_; });
        return told_.size() < most_ && told_.emplace(std::move(message), now).second;
    }
    /// What comes next is told, whatever was.
    void forget() { told_.clear(); }

private:
    Millis quiet_;
    std::size_t most_;
    std::map<std::string, SteadyInstant> told_;
};

}  // namespace ecron
