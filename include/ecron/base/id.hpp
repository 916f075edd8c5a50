#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

/// Distinct types for identifiers.
namespace ecron {

template <class Tag, class Rep> class Id {
public:
    constexpr Id() = default;
    constexpr explicit Id(Rep value) : value_(std::move(value)) {}
    [[nodiscard]] constexpr const Rep& value() const { return value_; }
    auto operator<=>(const Id&) const = default;

private:
    Rep value_{};
};

/// Public id of a job: a UUID for jobs created by ecron, any text of at most 36 characters for imported jobs.
using JobId = Id<struct JobIdTag, std::string>;
/// A job's row in the store (f_key_id); the planner's key.
using JobKey = Id<struct JobKeyTag, std::int64_t>;
/// One execution: all attempts of one scheduled or requested execution.
using ExecuteId = Id<struct ExecuteIdTag, std::string>;
/// The tenant that owns a job: the OAuth2 client_id.
using TenantId = Id<struct TenantIdTag, std::string>;
/// A change of a job, in commit order without gaps; also the revision of the resulting job.
using ChangeNumber = Id<struct ChangeNumberTag, std::int64_t>;
/// A partition of the jobs; one node at a time plans it.
using Shard = Id<struct ShardTag, std::uint32_t>;
/// A term of leadership of a shard.
using Epoch = Id<struct EpochTag, std::int64_t>;
/// One ecron process: readable by people, unique among live nodes.
using NodeId = Id<struct NodeIdTag, std::string>;

}  // namespace ecron

template <class Tag, class Rep> struct std::hash<ecron::Id<Tag, Rep>> {
    std::size_t operator()(const ecron::Id<Tag, Rep>& id) const noexcept {
        return std::hash<Rep>{}(id.value());
    }
};
