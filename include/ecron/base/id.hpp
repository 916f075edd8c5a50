#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

/// Identifiers that cannot be mistaken for one another.
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

/// A job's public id: a UUID for jobs made here, any text of at most 36 characters for those taken over.
using JobId = Id<struct JobIdTag, std::string>;
/// A job's row in the store (f_key_id); what the planner knows jobs by.
using JobKey = Id<struct JobKeyTag, std::int64_t>;
/// One execution: every attempt of one planned or requested run.
using ExecuteId = Id<struct ExecuteIdTag, std::string>;
/// Whose job it is: the OAuth2 client_id.
using TenantId = Id<struct TenantIdTag, std::string>;
/// A change of a job, in commit order and without gaps; also the revision of the job it made.
using ChangeNumber = Id<struct ChangeNumberTag, std::int64_t>;
/// A part of the jobs that is planned by one node at a time.
using Shard = Id<struct ShardTag, std::uint32_t>;
/// A term of leadership over a shard.
using Epoch = Id<struct EpochTag, std::int64_t>;
/// One ecron process, named for people and unique among those alive.
using NodeId = Id<struct NodeIdTag, std::string>;

}  // namespace ecron

template <class Tag, class Rep> struct std::hash<ecron::Id<Tag, Rep>> {
    std::size_t operator()(const ecron::Id<Tag, Rep>& id) const noexcept {
        return std::hash<Rep>{}(id.value());
    }
};
