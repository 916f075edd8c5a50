#pragma once
#include <cstdint>
#include <span>
#include <string_view>

/// The jobs of the demo, in families that differ by an item only.
namespace ecron::demo {

/// How executions go, in the past and at the target (target.hpp).
enum class Behaviour : std::uint8_t { steady, flaky, broken };

struct Family {
    std::string_view area;   // label
    std::string_view team;   // label
    std::string_view name;   // {} is the item
    std::string_view items;  // separated by ", "
    std::string_view cron;   // empty: runs on request only
    std::string_view timezone;
    std::string_view method;
    int usual_ms;
    Behaviour behaviour;
    std::string_view unusual;  // the one item that is flaky or broken in a family that is not; may be empty
    std::string_view remarks;
    std::string_view policies;  // members of job_context, JSON without braces; may be empty
    bool enabled{true};
};

[[nodiscard]] std::span<const Family> families();

}  // namespace ecron::demo
