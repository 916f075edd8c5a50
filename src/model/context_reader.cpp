#include "model/context_reader.hpp"

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <functional>

#include "ecron/base/http_url.hpp"
#include "ecron/model/command_line.hpp"
#include "ecron/model/messages.hpp"
#include "model/document.hpp"
#include "model/fields/codec.hpp"
#include "model/kubernetes.hpp"

namespace ecron::model {
namespace {

constexpr std::int64_t kEndOfTime = 253'402'300'799;  // end of the year 9999: the last RFC 3339 instant

/// Treats meaningless times (such as the zero values of several languages) as absent.
std::optional<Instant> positive_seconds(std::int64_t seconds) {
    if (seconds <= 0 || seconds > kEndOfTime) return std::nullopt;
    return from_unix_seconds(seconds);
}

std::optional<Instant> read_time(Members& context, std::string_view name, Origin origin) {
    const boost::json::value* value = context.find(name);
    if (value != nullptr && value->is_number() && origin == Origin::store) {
        boost::system::error_code inexact;
        return positive_seconds(value->to_number<std::int64_t>(inexact));
    }
    const std::optional<std::string> text = context.text(name);
    if (!text || text->empty()) return std::nullopt;
    const Result<Instant> instant = parse_rfc3339(*text);
    if (instant) return positive_seconds(to_unix_seconds(*instant));
    context.errors().refuse(cause::kTime, std::string{name}, instant.error().what);
    return std::nullopt;
}

bool is_header_name(std::string_view name) {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               kOthers.find(c) != std::string_view::npos;
    });
}

using Refuse = std::function<void(std::string_view name, std::string explanation)>;

/// Rejects a member, or only warns if the replaced job already has the same value.
Refuse refusal(Members& members, bool is_kept, std::vector<std::string>& warnings) {
    return [&members, is_kept, &warnings](std::string_view name, std::string explanation) {
        if (is_kept)
            warnings.push_back(
                fmt::format("{} {}; the job had this value before", members.path_of(name), explanation));
        else
            members.refuse(name, std::move(explanation));
    };
}

/// ecron's own headers, which replace the job's in an attempt.
bool is_reserved_header(std::string_view name) {
    constexpr std::string_view kPrefix = "x-ecron-";
    return name.size() >= kPrefix.size() &&
           std::equal(kPrefix.begin(), kPrefix.end(), name.begin(), [](char expected, char c) {
               return expected == (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
           });
}

/// RFC 9110 §5.5: a value may contain tabs.
bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }

void check_headers(const NameValues& headers, const Refuse& refuse) {
    for (const auto& [name, value] : headers) {
        if (is_reserved_header(name))
            refuse("info.headers", fmt::format("\"{}\" is reserved: names that begin with X-Ecron- "
                                               "are ecron's own headers",
                                               Members::shortened(name)));
        if (!is_header_name(name))
            refuse("info.headers",
                   fmt::format("\"{}\" is no name of a header (RFC 9110)", Members::shortened(name)));
        if (std::ranges::any_of(value, is_control))
            refuse("info.headers",
                   fmt::format("the value of \"{}\" contains a control character", Members::shortened(name)));
    }
}

bool is_variable_name(std::string_view name) {
    const auto fits = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
           std::all_of(name.begin(), name.end(), fits);
}

void check_environment(const NameValues& environment, Members& members) {
    for (const auto& [name, value] : environment)
        if (!is_variable_name(name) || name.starts_with("ECRON_"))
            members.refuse(
                "info.environment",
                fmt::format("\"{}\" is no name for a variable: letters, digits and _, not beginning "
                            "with a digit or ECRON_",
                            Members::shortened(name)));
}

void check_command(const Context& context, const Refuse& refuse) {
    const auto words = command_words(context);
    if (!words)
        refuse("exec", fmt::format("{} (at position {})", words.error().reason,
                                   characters(context.exec.substr(0, words.error().position))));
    else if (words->empty() || words->front().empty())
        refuse("exec", "must name the command to run");
}

/// Warns of a command that its author seems to expect a shell for.
void warn_of_shell_syntax(const Context& context, std::vector<std::string>& warnings) {
    const auto words = command_words(context);
    if (context.shell || !words || words->empty()) return;
    const std::string syntax = shell_syntax_in(context.exec, ShellSyntax::telling);
    if (!syntax.empty())
        warnings.push_back(
            fmt::format("exec contains {}, which no shell interprets: its words are passed to the program. "
                        "Write /bin/sh -c {}, or set info.shell",
                        syntax, Members::shortened(shell_word(context.exec))));
}

void check_url(std::string_view url, std::string_view name, const Refuse& refuse) {
    if (const Result<void> checked = check_http_url(url); !checked) refuse(name, checked.error().what);
}

std::string upper(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

}  // namespace

void read_window(Members& context, Origin origin, Plan& plan) {
    plan.begin_at = read_time(context, "begin_at", origin);
    plan.end_at = read_time(context, "end_at", origin);
    if (plan.begin_at && plan.end_at && *plan.end_at < *plan.begin_at)
        context.errors().refuse(
            cause::kEndBeforeBegin, "end_at",
            fmt::format("{} is before {}", format_rfc3339(*plan.end_at), format_rfc3339(*plan.begin_at)));
}

std::optional<Mode> read_mode(const Members& context, Origin origin) {
    const boost::json::value* value = context.find("mode");
    if (value == nullptr) return std::nullopt;
    if (const boost::json::string* text = value->if_string())
        return value_of(std::string_view{*text}, kModes);
    if (origin == Origin::client || !value->is_int64()) return std::nullopt;
    for (const EnumName<Mode>& name : kModes)
        if (static_cast<std::int64_t>(name.value) == value->get_int64()) return name.value;
    return std::nullopt;
}

KeptTarget kept_target(const Context& before, const Context& after) {
    const bool same_kind = (before.mode == Mode::exe) == (after.mode == Mode::exe);
    return {.exec = same_kind && before.exec == after.exec,
            .headers = before.headers == after.headers,
            .webhook = before.webhook == after.webhook};
}

void check_target(const Context& context, Members& members, const KeptTarget& kept,
                  std::vector<std::string>& warnings) {
    const Refuse refuse_exec = refusal(members, kept.exec, warnings);
    if (context.mode != Mode::exe) check_url(context.exec, "exec", refuse_exec);
    if (is_kubernetes_job(context)) {
        std::optional<Members> info = members.object("info");
        if (info && check_kubernetes(context, *info) && !context.exec.empty())
            check_command(context, refuse_exec);
    } else if (context.mode == Mode::exe) {
        check_command(context, refuse_exec);
        warn_of_shell_syntax(context, warnings);
    }
    if (context.environment) check_environment(*context.environment, members);
    if (!context.working_directory.empty() && !context.working_directory.starts_with('/'))
        members.refuse("info.working_directory", "must be an absolute path");
    if (context.headers) check_headers(*context.headers, refusal(members, kept.headers, warnings));
    if (!context.webhook.empty())
        check_url(context.webhook, "notify.webhook", refusal(members, kept.webhook, warnings));
}

std::vector<std::string> replaced_method(Members& context) {
    std::optional<Members> info = context.object("info");
    const std::string given = info ? info->text("method").value_or("") : "";
    if (given.empty() || std::ranges::find(kMethods, upper(given)) != kMethods.end()) return {};
    return {
        fmt::format("info.method \"{}\" is not known: POST is sent (known are GET, HEAD, POST, PUT, PATCH, "
                    "DELETE)",
                    Members::shortened(given))};
}

std::vector<std::string> replaced_headers(const Context& context) {
    constexpr std::array<std::string_view, 3> kFraming{"CONTENT-LENGTH", "TRANSFER-ENCODING", "EXPECT"};
    std::vector<std::string> warnings;
    if (!context.headers) return warnings;
    for (const auto& [name, value] : *context.headers) {
        const std::string known = upper(name);
        if (known == "WEBHOOK")
            warnings.push_back(
                fmt::format("info.headers \"{}\" is replaced by the URL for the callback", name));
        else if (std::ranges::find(kFraming, known) != kFraming.end())
            warnings.push_back(
                fmt::format("info.headers \"{}\" is not sent: it follows from the body", name));
    }
    return warnings;
}

namespace {

/// If the mode is absent or empty, it follows from the scheme of `exec`.
Mode stored_mode(const Members& context) {
    const boost::json::value* given = context.find("mode");
    if (given == nullptr || (given->is_string() && given->get_string().empty())) return Mode::http;
    return read_mode(context, Origin::store).value_or(Mode::unknown);
}

}  // namespace

Result<Context> read_context(std::string_view json) {
    Context context;
    if (json.empty()) return context;
    const Document document{json};
    if (!document.ok()) return fail(Errc::invalid, "job_context: " + document.fault(), {"job_context"});
    if (document.root().is_null()) return context;
    const boost::json::object* root = document.root().if_object();
    if (root == nullptr) return fail(Errc::invalid, "job_context is no object", {"job_context"});

    static const Retry default_retry;
    ValidationErrors ignored;  // invalid members take their defaults: old rows must load
    Members members{*root, json, "", ignored};
    context.mode = stored_mode(members);
    read_window(members, Origin::store, context.plan);
    const Reading reading{Origin::store, default_retry};
    read_fields(members, target_fields(), reading, context);
    read_fields(members, policy_fields(), reading, context);
    return context;
}

}  // namespace ecron::model
