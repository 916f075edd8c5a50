#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/model/json.hpp"

/// Error responses of the API: the causes that clients match, a sentence for people in three languages, and
/// the body with both.
namespace ecron::model {

namespace cause {
inline constexpr std::string_view kNameTaken = "Job name already exists";
inline constexpr std::string_view kNameEmpty = "Job name is empty";
inline constexpr std::string_view kNoJob = "This job does not exist";
inline constexpr std::string_view kNoExecution = "This execution does not exist";
inline constexpr std::string_view kNoDeadLetter = "This dead letter does not exist";
inline constexpr std::string_view kCronTime = "Cron time error";
inline constexpr std::string_view kJobType = "Illegal job type";
inline constexpr std::string_view kJobStatus = "Illegal job status";
inline constexpr std::string_view kTime = "Illegal time ";  // clients match the trailing space, too
inline constexpr std::string_view kEndBeforeBegin = "End time is earlier than start time";
inline constexpr std::string_view kPage = "Limit or page illegal";
inline constexpr std::string_view kMode = "Unsupported execution mode";
inline constexpr std::string_view kNoQuery = "Query parameters is null";
inline constexpr std::string_view kEmptyStatus = "Empty status";
inline constexpr std::string_view kInvalidParameter = "Invalid parameter";
inline constexpr std::string_view kInvalidToken = "Invalid token";
inline constexpr std::string_view kTokenExpired = "Token expired";
inline constexpr std::string_view kEmptyToken = "Empty token";
inline constexpr std::string_view kDenied = "Permission denied";
inline constexpr std::string_view kForeignOrigin = "Request of a page of another origin";
inline constexpr std::string_view kForeignHost = "Host is not among allowed_hosts";
inline constexpr std::string_view kLimit = "Limit reached";
inline constexpr std::string_view kNoPath = "This path does not exist";
inline constexpr std::string_view kMethod = "Method not allowed";
inline constexpr std::string_view kConflict = "Conflicting state";
inline constexpr std::string_view kRevision = "Job was changed in the meantime";
inline constexpr std::string_view kTooLarge = "Request too large";
inline constexpr std::string_view kTooMany = "Too many requests";
inline constexpr std::string_view kUnavailable = "Service unavailable";
inline constexpr std::string_view kInternal = "Internal error";
}  // namespace cause

/// The languages of the `lang` option.
enum class Language : std::uint8_t { zh_cn, zh_tw, en_us };
[[nodiscard]] std::optional<Language> language_from(std::string_view name);  // zh_CN, zh_TW, en_US

/// Returns the sentence for a cause; an unknown cause is returned itself.
[[nodiscard]] std::string_view localised(std::string_view cause, Language language);

/// Meaning of the names in `detail`: invalid members, or members that conflict with another object.
enum class Detail : std::uint8_t { parameters, conflicts };

/// Writes `{"cause","code":<status>009001,"message","detail"}`. Without fields, detail is null.
std::string error_body(unsigned status, std::string_view cause, Language language);
std::string error_body(unsigned status, std::string_view cause, Language language, Detail detail,
                       const std::vector<std::string>& fields);
/// Writes the response to a rejected input: the first error's cause, every field in `detail.parameters`, and
/// each explanation in `detail.reasons` as `{"field","reason"}`. Requires that `problems` is not empty.
std::string error_body(unsigned status, Language language, const Problems& problems);
/// The same with the fields in `detail.conflicts` if they conflict with other objects.
std::string error_body(unsigned status, Language language, Detail detail, const Problems& problems);

}  // namespace ecron::model
