#include "messages/payload.hpp"

#include <fmt/format.h>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/large_work.hpp"
#include "ecron/model/json_text.hpp"

namespace ecron::messages {
namespace {

namespace json = boost::json;

constexpr std::size_t kIdLimit = 36;

Result<json::object> object_of(std::string_view text) {
    report_work(text.size());
    json::error_code failed;
    json::parse_options options;
    options.max_depth = 64;
    json::value value = json::parse(text, failed, {}, options);
    if (failed) return fail(Errc::invalid, fmt::format("is no JSON: {}", failed.message()));
    if (!value.is_object()) return fail(Errc::invalid, "is no JSON object");
    return std::move(value.get_object());
}

/// Returns the text of a member; empty if it is absent or null.
Result<std::string> text_of(const json::object& object, std::string_view name) {
    const json::value* const found = object.if_contains(name);
    if (found == nullptr || found->is_null()) return std::string{};
    if (!found->is_string()) return fail(Errc::invalid, fmt::format("{} is no text", name));
    return std::string{found->get_string()};
}

Result<ExecuteId> id_of(const json::object& object) {
    Result<std::string> id = text_of(object, "execute_id");
    if (!id) return std::unexpected(id.error());
    if (id->empty() || id->size() > kIdLimit)
        return fail(Errc::invalid, fmt::format("execute_id is not a text of 1 to {} characters", kIdLimit));
    return ExecuteId{std::move(*id)};
}

std::string result_of(std::string_view text) {
    const Result<json::value> status = model::parse_json(text);
    const json::value* const info = status ? status->get_object().if_contains("ext_info") : nullptr;
    const json::object* const object = info == nullptr ? nullptr : info->if_object();
    const json::value* const result = object == nullptr ? nullptr : object->if_contains("result");
    return result != nullptr && result->is_object() ? model::write_json(*result) : std::string{"{}"};
}

}  // namespace

Result<model::JobInput> read_immediate(std::string_view text, const model::Rules& rules, Instant now) {
    auto input = model::read_job(text, model::Purpose::run_now, rules, now);
    if (input) return std::move(*input);
    const model::Problem& first = input.error().front();
    return fail(Errc::invalid, fmt::format("{}: {} {}", first.cause, first.field, first.explanation));
}

Result<std::optional<Ending>> read_status(std::string_view text) {
    const Result<json::object> object = object_of(text);
    if (!object) return std::unexpected(object.error());
    if (text_of(*object, "source").value_or("") == "ecron") return std::nullopt;
    const Result<std::string> word = text_of(*object, "job_status");
    if (!word) return std::unexpected(word.error());
    const auto state = model::state_from(*word);
    if (!state || *state == model::ExecutionState::pending)
        return fail(Errc::invalid,
                    fmt::format("job_status is {:?}, not one of success, executing, failure, interrupt "
                                "and abandon",
                                *word));
    const Result<std::string> end_at = text_of(*object, "end_at");
    if (!end_at) return std::unexpected(end_at.error());
    Result<ExecuteId> id = id_of(*object);
    if (!id) return std::unexpected(id.error());
    if (end_at->empty() || *state == model::ExecutionState::executing) return std::nullopt;
    if (const auto instant = parse_rfc3339(*end_at); !instant)
        return fail(Errc::invalid, fmt::format("end_at: {}", instant.error().what));
    return Ending{.id = std::move(*id), .state = *state, .result = result_of(text)};
}

Result<void> read_change(std::string_view text) {
    constexpr std::array<std::string_view, 5> kMethods{"create", "update", "enable", "notify", "delete"};
    const Result<json::object> object = object_of(text);
    if (!object) return std::unexpected(object.error());
    const Result<std::string> method = text_of(*object, "method");
    if (!method) return std::unexpected(method.error());
    if (std::ranges::find(kMethods, *method) == kMethods.end())
        return fail(Errc::invalid, fmt::format("the method {:?} is not known", *method));
    return {};
}

std::string write_attempt(const AttemptMessage& offer) {
    std::string text;
    JsonWriter{text}
        .begin_object()
        .member("execute_id", offer.id.value())
        .member("attempt", std::int64_t{offer.attempt})
        .end_object();
    return text;
}

Result<AttemptMessage> read_attempt(std::string_view text) {
    const Result<json::object> object = object_of(text);
    if (!object) return std::unexpected(object.error());
    Result<ExecuteId> id = id_of(*object);
    if (!id) return std::unexpected(id.error());
    const json::value* const attempt = object->if_contains("attempt");
    const bool fits = attempt != nullptr && attempt->is_int64() && attempt->get_int64() > 0 &&
                      attempt->get_int64() < 1'000'000;
    if (!fits) return fail(Errc::invalid, "attempt is not a number from 1");
    return AttemptMessage{.id = std::move(*id), .attempt = static_cast<int>(attempt->get_int64())};
}

}  // namespace ecron::messages
