#include "client/api/api_error.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>

#include "client/text/json_access.hpp"
#include "ecron/http/message.hpp"

namespace ecron::client {
namespace {

ExitCode code_of(unsigned status) {
    if (status == 401 || status == 403) return ExitCode::unauthorized;
    return status == 503 || status == 429 || status == 502 || status == 504 ? ExitCode::unreachable
                                                                            : ExitCode::refused;
}

std::string_view advice(unsigned status) {
    if (status == 401) return "; ecron login, ECRON_TOKEN or --token-file provide a token";
    return status == 412 ? "; the job has changed in the meantime" : "";
}

/// "job_cron_time: hour 25 is above 23 (at position 2)"; without a member, the reason alone.
std::string line_of(const json::object& reason) {
    const std::string field = text_at(reason, "field");
    return fmt::format("  {}{}{}", field, field.empty() ? "" : ": ", text_at(reason, "reason"));
}

/// One line per member.
std::vector<std::string> details_in(const json::object& error) {
    std::vector<std::string> lines;
    const json::object detail = object_at(error, "detail");
    for (const json::value& reason : array_at(detail, "reasons"))
        if (reason.is_object()) lines.push_back(line_of(reason.get_object()));
    if (!lines.empty()) return lines;
    for (const char* list : {"parameters", "conflicts"})
        for (const json::value& name : array_at(detail, list))
            if (name.is_string()) lines.push_back(fmt::format("  {}", std::string_view{name.get_string()}));
    return lines;
}

}  // namespace

std::vector<std::string> reasons_in(unsigned status, const std::string& body) {
    boost::system::error_code invalid;
    const json::value value = json::parse(body, invalid);
    if (invalid || !value.is_object())
        return {fmt::format("the server answered {}{}", status, advice(status))};
    const json::object& error = value.get_object();
    const std::string cause = text_at(error, "cause"), message = text_at(error, "message");
    // The message follows the language of the server; the cause is always English.
    const std::string shown =
        message.empty() || message == cause ? cause : fmt::format("{} ({})", cause, message);
    std::vector<std::string> lines{fmt::format("{} [{}]{}", shown, status, advice(status))};
    const std::vector<std::string> details = details_in(error);
    lines.insert(lines.end(), details.begin(), details.end());
    return lines;
}

std::vector<std::string> warnings_of(const Reply& reply) {
    std::vector<std::string> warnings;
    for (const http::Header& header : reply.headers)
        if (header.name == "X-Ecron-Warning" || header.name == "x-ecron-warning")
            warnings.push_back(http::percent_decode(header.value).value_or(header.value));
    boost::system::error_code invalid;
    const json::value body = json::parse(reply.body, invalid);
    if (!invalid && body.is_object())
        for (const json::value& warning : array_at(body.get_object(), "warnings"))
            if (warning.is_string()) warnings.emplace_back(warning.get_string());
    return warnings;
}

Outcome<Reply> reply_of(const std::string& server, http::ClientResult result) {
    if (!result) {
        const ExitCode code = result.error().code == Errc::invalid ? ExitCode::usage : ExitCode::unreachable;
        return failed(code, fmt::format("{}: {}", server, result.error().what));
    }
    if (result->status >= 200 && result->status < 300) {
        if (result->cut)
            return failed(ExitCode::refused, fmt::format("{}: the response is too large", server));
        return Reply{result->status, std::move(result->headers), std::move(result->body)};
    }
    return std::unexpected(Failure{code_of(result->status), reasons_in(result->status, result->body)});
}

}  // namespace ecron::client
