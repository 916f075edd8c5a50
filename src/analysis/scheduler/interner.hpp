#pragma once
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ecron/analysis/planner.hpp"

namespace ecron::analysis {

/// Maps names that many jobs share (tenants, concurrency keys) to small numbers. 0 is the empty name.
/// Threads: any, because jobs are converted for the planner on the thread that reads them.
class Interner {
public:
    Group intern(const std::string& name) {
        if (name.empty()) return 0;
        const std::scoped_lock lock(mutex_);
        return numbers_.try_emplace(name, static_cast<Group>(numbers_.size() + 1)).first->second;
    }

private:
    std::mutex mutex_;
    std::unordered_map<std::string, Group> numbers_;
};

}  // namespace ecron::analysis
