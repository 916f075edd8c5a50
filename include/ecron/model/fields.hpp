#pragma once
#include <boost/json/fwd.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/model/job.hpp"

/// The members of a job in JSON: one row per member, at every level. Reader, writer, the hints for misspelt
/// members, the OpenAPI schema, docs/jobs.md, the stored plan and the comparison of schedules follow from it.
/// Pure. Threads: any.
namespace ecron::model {

enum class FieldType : std::uint8_t {
    text,
    boolean,
    integer,
    number,
    duration,     // text such as "1m30s", or a number of seconds
    time,         // RFC 3339
    choice,       // one of the names in `choices`
    object,       // with `members`
    json_object,  // any object; known members are in `members`
    text_map,     // an object with text values
    codes,        // a list of codes and ranges of codes
    choices       // a list of names
};
/// Whether responses contain a member that is not set (as null, "" or its default).
enum class Presence : std::uint8_t { when_set, always };
/// Whether the planner needs a member, and whether its change replaces the occurrences.
enum class Planning : std::uint8_t { none, policy, occurrences };
/// Values of secret members are never recorded.
enum class Secrecy : std::uint8_t { none, secret };

struct FieldCodec;  // reads and writes the member (src/model/fields)

struct Field {
    std::string_view name;
    FieldType type{FieldType::text};
    // Characters of a text, elements of a list or an object, ms of a duration, value of a number; max 0: no
    // limits.
    std::int64_t min{}, max{};
    std::string_view default_value{};
    std::string_view doc{};
    std::string_view example{};  // JSON
    Presence presence{Presence::when_set};
    Planning planning{Planning::none};
    char plan_key{};  // in the stored plan (plan_text.cpp)
    Secrecy secrecy{Secrecy::none};
    std::vector<std::string_view> (*choices)(){nullptr};
    std::span<const Field> members{};
    bool is_read_only{false};          // ignored as input
    bool is_required{false};           // a definition of a job without it is refused
    const FieldCodec* codec{nullptr};  // nullptr: read and written by the code of its object
};

/// Returns the members of a job; those of job_context are the members of that row.
[[nodiscard]] std::span<const Field> job_fields();

/// Returns the path of the member of that name, such as "job_context.timezone", the uppermost if several
/// objects have one; empty if none has.
[[nodiscard]] std::string member_path(std::string_view name);

/// Returns the warnings of read_job() about members of a job, at any level, that belong to another object or
/// resemble a known one.
[[nodiscard]] std::vector<std::string> member_warnings(const boost::json::object& job);

/// Returns true if a member of that name, at any level, is secret.
[[nodiscard]] bool is_secret_field(std::string_view name);

/// Returns true if the two plans have the same occurrences for the same expression.
[[nodiscard]] bool same_occurrences(const Plan& a, const Plan& b);

/// Returns docs/jobs.md and docs/zh-CN/jobs.md.
[[nodiscard]] std::string job_reference();
[[nodiscard]] std::string job_reference_zh_cn();

}  // namespace ecron::model
