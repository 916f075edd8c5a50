#include "management/http/responses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ecron/base/log.hpp"
#include "ecron/model/translation.hpp"
#include "management/http/query.hpp"

namespace ecron::management {
namespace {

using model::Detail;
namespace cause = model::cause;

/// Returns the text as a header field value: characters other than printable ASCII are percent-encoded.
std::string field_value(std::string_view text) {
    std::string value;
    for (const char c : text) {
        if (c >= ' ' && c <= '~' && c != '%')
            value += c;
        else
            value += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return value;
}

struct ErrorMapping {
    Errc code;
    std::string_view field;  // the first field that the entry applies to; empty: any
    unsigned status;
    std::string_view cause;
    Detail detail;
};

/// The first matching row applies.
constexpr std::array kErrorMappings{
    ErrorMapping{Errc::not_found, "execute_id", 404, cause::kNoExecution, Detail::conflicts},
    ErrorMapping{Errc::not_found, "dead_letter_id", 404, cause::kNoDeadLetter, Detail::conflicts},
    ErrorMapping{Errc::not_found, "", 404, cause::kNoJob, Detail::conflicts},
    ErrorMapping{Errc::conflict, "job_name", 409, cause::kNameTaken, Detail::conflicts},
    ErrorMapping{Errc::conflict, "revision", 412, cause::kRevision, Detail::conflicts},
    ErrorMapping{Errc::conflict, "", 409, cause::kConflict, Detail::conflicts},
    ErrorMapping{Errc::invalid, "", 400, cause::kInvalidParameter, Detail::parameters},
    ErrorMapping{Errc::unauthenticated, "", 401, cause::kInvalidToken, Detail::parameters},
    ErrorMapping{Errc::denied, "limit_jobs", 403, cause::kLimit, Detail::parameters},
    ErrorMapping{Errc::denied, "limit_bytes", 403, cause::kLimit, Detail::parameters},
    ErrorMapping{Errc::denied, "", 403, cause::kDenied, Detail::parameters},
    ErrorMapping{Errc::too_large, "", 413, cause::kTooLarge, Detail::parameters},
    ErrorMapping{Errc::too_many, "", 429, cause::kTooMany, Detail::parameters},
    ErrorMapping{Errc::timeout, "", 503, cause::kUnavailable, Detail::parameters},
    ErrorMapping{Errc::unavailable, "", 503, cause::kUnavailable, Detail::parameters},
    ErrorMapping{Errc::internal, "", 500, cause::kInternal, Detail::parameters},
};

const ErrorMapping& mapping_of(Errc code, std::string_view field) {
    return *std::ranges::find_if(kErrorMappings, [&](const ErrorMapping& mapping) {
        return mapping.code == code && (mapping.field.empty() || mapping.field == field);
    });
}

/// The parameters of a query with their reasons; empty for errors that are not of Query.
model::Problems problems_of(std::string_view cause, const std::vector<std::string>& fields) {
    model::Problems problems;
    for (const std::string& field : fields)
        if (const std::string_view reason = reason_of(cause, field); !reason.empty())
            problems.push_back({std::string{cause}, field, std::string{reason}});
    return problems;
}

/// A client that retries after a second finds a new leader, an available database or the same error.
void add_retry_after(http::Response& response) {
    if (response.status == 503 || response.status == 429) response.headers.push_back({"Retry-After", "1"});
}

}  // namespace

http::Response json_response(unsigned status, std::string body) {
    http::Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

http::Response empty_response() { return {}; }

void add_warnings(http::Response& response, model::Language language,
                  const std::vector<std::string>& warnings) {
    for (const std::string& warning : model::translated(warnings, language))
        response.headers.push_back({"X-Ecron-Warning", field_value(warning)});
}

http::Response error_response(model::Language language, unsigned status, std::string_view cause) {
    http::Response response = json_response(status, model::error_body(status, cause, language));
    add_retry_after(response);
    return response;
}

http::Response error_response(model::Language language, const Error& error, std::string_view subject) {
    std::vector<std::string> fields = error.fields;
    if (fields.empty() && error.code == Errc::not_found) fields.emplace_back(subject);
    const ErrorMapping& mapping =
        mapping_of(error.code, fields.empty() ? std::string_view{} : fields.front());
    if (error.code == Errc::internal) log::error("failed to handle request: error={}", error.what);
    const bool has_own_cause = error.code == Errc::invalid || error.code == Errc::unauthenticated;
    const bool own_cause = has_own_cause && !error.what.empty();
    const std::string_view cause = own_cause ? std::string_view{error.what} : mapping.cause;
    if (const model::Problems problems = problems_of(cause, fields); !problems.empty())
        return error_response(language, problems);
    // This cause does not say which state conflicts; those of names and revisions do.
    if (cause == model::cause::kConflict && !error.what.empty())
        return json_response(
            mapping.status,
            model::error_body(mapping.status, language, mapping.detail,
                              {{std::string{cause}, fields.empty() ? "" : fields.front(), error.what}}));
    http::Response response = json_response(
        mapping.status, model::error_body(mapping.status, cause, language, mapping.detail, fields));
    add_retry_after(response);
    return response;
}

void add_quota(http::Response& response, std::string_view name, const auth::RateLimit::Quota& quota) {
    response.headers.push_back({"RateLimit-Policy", fmt::format(R"("{}";q={};w=1)", name, quota.limit)});
    response.headers.push_back(
        {"RateLimit", fmt::format(R"("{}";r={};t={})", name, quota.remaining, quota.until_full.count())});
}

http::Response rate_limit_response(model::Language language, Millis wait) {
    http::Response response = error_response(language, Error{Errc::too_many, {}, {"limit_rate"}});
    for (http::Header& header : response.headers)
        if (header.name == "Retry-After")
            header.value = std::to_string(std::chrono::ceil<Seconds>(wait).count());
    return response;
}

http::Response error_response(model::Language language, const model::Problems& problems) {
    return json_response(400, model::error_body(400, language, problems));
}

}  // namespace ecron::management
