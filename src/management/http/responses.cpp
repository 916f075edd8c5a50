#include "management/http/responses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ecron/base/log.hpp"

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

struct Verdict {
    Errc code;
    std::string_view field;  // the first field that the entry applies to; empty: any
    unsigned status;
    std::string_view cause;
    Detail detail;
};

/// The first matching row applies.
constexpr std::array kVerdicts{
    Verdict{Errc::not_found, "execute_id", 404, cause::kNoExecution, Detail::conflicts},
    Verdict{Errc::not_found, "dead_letter_id", 404, cause::kNoDeadLetter, Detail::conflicts},
    Verdict{Errc::not_found, "", 404, cause::kNoJob, Detail::conflicts},
    Verdict{Errc::conflict, "job_name", 409, cause::kNameTaken, Detail::conflicts},
    Verdict{Errc::conflict, "revision", 412, cause::kRevision, Detail::conflicts},
    Verdict{Errc::conflict, "", 409, cause::kConflict, Detail::conflicts},
    Verdict{Errc::invalid, "", 400, cause::kInvalidParameter, Detail::parameters},
    Verdict{Errc::unauthenticated, "", 401, cause::kInvalidToken, Detail::parameters},
    Verdict{Errc::denied, "limit_jobs", 403, cause::kLimit, Detail::parameters},
    Verdict{Errc::denied, "limit_bytes", 403, cause::kLimit, Detail::parameters},
    Verdict{Errc::denied, "", 403, cause::kDenied, Detail::parameters},
    Verdict{Errc::too_large, "", 413, cause::kTooLarge, Detail::parameters},
    Verdict{Errc::too_many, "", 429, cause::kTooMany, Detail::parameters},
    Verdict{Errc::timeout, "", 503, cause::kUnavailable, Detail::parameters},
    Verdict{Errc::unavailable, "", 503, cause::kUnavailable, Detail::parameters},
    Verdict{Errc::internal, "", 500, cause::kInternal, Detail::parameters},
};

const Verdict& verdict_on(Errc code, std::string_view field) {
    return *std::ranges::find_if(kVerdicts, [&](const Verdict& verdict) {
        return verdict.code == code && (verdict.field.empty() || verdict.field == field);
    });
}

/// A client that retries after a second finds a new leader, an available database or the same error.
void invite_back(http::Response& response) {
    if (response.status == 503 || response.status == 429) response.headers.push_back({"Retry-After", "1"});
}

}  // namespace

http::Response json_answer(unsigned status, std::string body) {
    http::Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

http::Response empty_answer() { return {}; }

void add_warnings(http::Response& response, const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings)
        response.headers.push_back({"X-Ecron-Warning", field_value(warning)});
}

http::Response refuse(model::Language language, unsigned status, std::string_view cause) {
    http::Response response = json_answer(status, model::error_body(status, cause, language));
    invite_back(response);
    return response;
}

http::Response refuse(model::Language language, const Error& error, std::string_view subject) {
    std::vector<std::string> fields = error.fields;
    if (fields.empty() && error.code == Errc::not_found) fields.emplace_back(subject);
    const Verdict& verdict = verdict_on(error.code, fields.empty() ? std::string_view{} : fields.front());
    if (error.code == Errc::internal) log::error("failed to handle request error={}", error.what);
    const bool speaks = error.code == Errc::invalid || error.code == Errc::unauthenticated;
    const bool own_words = speaks && !error.what.empty();
    const std::string_view cause = own_words ? std::string_view{error.what} : verdict.cause;
    http::Response response = json_answer(
        verdict.status, model::error_body(verdict.status, cause, language, verdict.detail, fields));
    invite_back(response);
    return response;
}

http::Response refuse_too_many(model::Language language, Millis wait) {
    http::Response response = refuse(language, Error{Errc::too_many, {}, {"limit_rate"}});
    for (http::Header& header : response.headers)
        if (header.name == "Retry-After")
            header.value = std::to_string(std::chrono::ceil<Seconds>(wait).count());
    return response;
}

http::Response refuse(model::Language language, const model::Problems& problems) {
    return json_answer(400, model::error_body(400, language, problems));
}

}  // namespace ecron::management
