#pragma once
#include <string>
#include <string_view>
#include <unordered_map>

#include "ecron/analysis/planner.hpp"

namespace ecron::analysis {

/// Small numbers for names that many jobs share: tenants, concurrency keys. 0 is the empty name.
class Groups {
public:
    Group of(const std::string& name) {
        if (name.empty()) return 0;
        return numbers_.try_emplace(name, static_cast<Group>(numbers_.size() + 1)).first->second;
    }

private:
    std::unordered_map<std::string, Group> numbers_;
};

}  // namespace ecron::analysis
