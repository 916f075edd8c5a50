#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <limits>
#include <unordered_map>

#include "ecron/base/text.hpp"
#include "ecron/base/trace.hpp"
#include "ecron/base/utf8.hpp"
#include "ecron/model/messages.hpp"
#include "model/document.hpp"
#include "model/members.hpp"
#include "model/raw_json.hpp"

/// Executions as stored in the database and as received by PUT /jobstatus.
namespace ecron::model {
namespace {

namespace json = boost::json;

constexpr std::int64_t kEndOfTime = 253'402'300'799;  // end of the year 9999

/// Parses a time of the previous service: RFC 3339 text or Unix seconds; nullopt for anything else.
std::optional<Instant> stored_time(const json::value* value) {
    if (value == nullptr) return std::nullopt;
    if (const json::string* text = value->if_string()) {
        const Result<Instant> instant = parse_rfc3339(*text);
        if (!instant || to_unix_seconds(*instant) <= 0) return std::nullopt;
        return *instant;
    }
    const std::int64_t* seconds = value->if_int64();
    if (seconds == nullptr || *seconds <= 0 || *seconds > kEndOfTime) return std::nullopt;
    return from_unix_seconds(*seconds);
}

/// Returns the unknown members of an object, which are preserved for their readers.
template <std::size_t N>
std::string extra_of(const json::object& object, std::string_view raw,
                     const std::array<std::string_view, N>& known) {
    const bool all_known = std::ranges::all_of(object, [&](const json::key_value_pair& member) {
        return std::ranges::find(known, std::string_view{member.key()}) != known.end();
    });
    return all_known ? std::string{} : other_members(raw, known);
}

std::vector<Executor> executors_of(const json::array& array, std::string_view raw) {
    constexpr std::array<std::string_view, 2> kKnown{"executor_id", "executed_at"};
    const std::vector<std::string_view> texts = element_texts(raw);
    std::vector<Executor> executors;
    for (std::size_t i = 0; i < array.size(); ++i) {
        const json::object* object = array[i].if_object();
        if (object == nullptr) continue;
        Executor executor;
        if (const json::value* id = object->if_contains("executor_id"); id != nullptr && id->is_string())
            executor.executor_id = id->get_string();
        executor.executed_at = stored_time(object->if_contains("executed_at")).value_or(Instant{});
        executor.extra = extra_of(*object, texts[i], kKnown);
        executors.push_back(std::move(executor));
    }
    return executors;
}

/// Returns nullopt if the value is not a number; the previous service compared it as one and never showed
/// such rows.
std::optional<bool> is_deleted(const json::value* value) {
    if (value == nullptr) return std::nullopt;
    if (value->is_bool()) return value->get_bool();
    if (value->is_int64()) return value->get_int64() != 0;
    return std::nullopt;
}

std::vector<Event> announced_in(Members& info) {
    std::vector<Event> events;
    const json::array* const names = info.array("announced");
    if (names == nullptr) return events;
    for (const json::value& name : *names) {
        const json::string* const text = name.if_string();
        const auto event = text == nullptr ? std::nullopt : value_of(std::string_view{*text}, kEvents);
        if (event && std::ranges::find(events, *event) == events.end()) events.push_back(*event);
    }
    return events;
}

void fill_ext_info(Members& info, Execution& execution) {
    constexpr std::array<std::string_view, 7> kKnown{"tenant_id", "is_deleted",  "result",   "reason",
                                                     "missed",    "traceparent", "announced"};
    execution.extra = extra_of(info.all(), info.raw(), kKnown);
    execution.result = info.object_text("result").value_or("");
    if (execution.result == "{}") execution.result.clear();
    execution.reason = info.text("reason").value_or("");
    execution.missed = info.object_text("missed").value_or("");
    execution.traceparent = read_traceparent(info.text("traceparent").value_or("")).value_or("");
    execution.announced = announced_in(info);
    const std::optional<bool> deleted = is_deleted(info.find("is_deleted"));
    if (!deleted) return;
    execution.deleted = *deleted;
    execution.tenant = TenantId{info.text("tenant_id").value_or("")};
}

/// Parses one status of a client.
class StatusReader {
public:
    explicit StatusReader(Members members) : members_(std::move(members)) {}

    /// Returns nullopt if the type or the status is invalid.
    std::optional<Execution> read() {
        const std::optional<JobType> type = job_type_from(members_.text("job_type").value_or(""));
        const std::optional<ExecutionState> state = state_from(members_.text("job_status").value_or(""));
        if (!type || !state || *state == ExecutionState::pending) return std::nullopt;
        Execution execution;
        execution.job_type = *type;
        execution.state = *state;
        execution.id = ExecuteId{members_.text("execute_id", 36).value_or("")};
        if (execution.id.value().empty()) refuse_empty_id();
        if (const std::string_view fault = name_fault(execution.id.value()); !fault.empty())
            members_.refuse("execute_id", std::string{fault});
        execution.job_id = JobId{members_.text("job_id", 36).value_or("")};
        execution.job_name = members_.text("job_name", 64).value_or("");
        execution.begin_at = time("begin_at");
        execution.end_at = time("end_at");
        if (const json::array* executors = members_.array("executor"))
            execution.executors = executors_of(*executors, members_.raw("executor"));
        execution.execute_times = static_cast<int>(
            members_.integer("execute_times", 0, std::numeric_limits<int>::max()).value_or(0));
        if (std::optional<Members> info = members_.object("ext_info")) fill_ext_info(*info, execution);
        return execution;
    }

private:
    /// An id that is too long or not a text was already reported when it was read.
    void refuse_empty_id() {
        const json::value* given = members_.find("execute_id");
        if (given == nullptr || (given->is_string() && given->get_string().empty()))
            members_.refuse("execute_id", "must not be empty");
    }

    std::optional<Instant> time(std::string_view name) {
        const std::optional<std::string> text = members_.text(name);
        if (!text || text->empty()) return std::nullopt;
        const Result<Instant> instant = parse_rfc3339(*text);
        if (!instant) {
            members_.errors().refuse(cause::kTime, members_.path_of(name), instant.error().what);
            return std::nullopt;
        }
        if (to_unix_seconds(*instant) <= 0) return std::nullopt;
        return std::chrono::floor<Seconds>(*instant);
    }

    Members members_;
};

std::vector<Execution> last_of_each(std::vector<Execution> executions) {
    std::unordered_map<ExecuteId, std::size_t> last;
    for (std::size_t i = 0; i < executions.size(); ++i) last[executions[i].id] = i;
    std::vector<Execution> kept;
    kept.reserve(last.size());
    for (std::size_t i = 0; i < executions.size(); ++i)
        if (last[executions[i].id] == i) kept.push_back(std::move(executions[i]));
    return kept;
}

std::vector<Execution> read_elements(const json::array& array, std::string_view text,
                                     ValidationErrors& errors) {
    const std::vector<std::string_view> texts = element_texts(text);
    std::vector<Execution> executions;
    for (std::size_t i = 0; i < array.size(); ++i) {
        const std::string path = fmt::format("[{}]", i);
        const json::object* object = array[i].if_object();
        if (object == nullptr) {
            errors.wrong_type(path, fmt::format("must be an object, is {}", kind_of(array[i])));
            continue;
        }
        if (std::optional<Execution> execution =
                StatusReader{Members{*object, texts[i], path, errors}}.read())
            executions.push_back(std::move(*execution));
    }
    return executions;
}

}  // namespace

std::vector<Executor> read_executors(std::string_view json) {
    const Document document{json};
    const json::array* array = document.ok() ? document.root().if_array() : nullptr;
    return array == nullptr ? std::vector<Executor>{} : executors_of(*array, json);
}

void read_ext_info(std::string_view json, Execution& execution) {
    const Document document{json};
    const json::object* object = document.ok() ? document.root().if_object() : nullptr;
    if (object == nullptr) return;
    ValidationErrors ignored;  // invalid members stay empty
    Members info{*object, json, "", ignored};
    fill_ext_info(info, execution);
}

std::string mark_deleted(std::string_view ext_info) {
    const Document document{ext_info};
    if (!document.ok() || !document.root().is_object()) return std::string{ext_info};
    return with_member(ext_info, "is_deleted", "1");
}

std::optional<std::string> read_result(std::string_view text) {
    std::string json;
    append_valid_utf8(json, text);  // a target's output may be in another character set
    const Document document{json};
    if (!document.ok()) return std::nullopt;
    if (document.root().is_null()) return "";
    if (!document.root().is_object()) return std::nullopt;
    return compact(json);
}

std::expected<Statuses, Problems> read_statuses(std::string_view json) {
    ValidationErrors errors;
    const Document document{json};
    std::vector<Execution> executions;
    if (!document.ok())
        errors.wrong_type("", document.fault());
    else if (const json::array* array = document.root().if_array())
        executions = read_elements(*array, json, errors);
    else
        errors.wrong_type("", fmt::format("must be a list, is {}", kind_of(document.root())));
    if (!errors.any() && executions.empty())
        errors.refuse(cause::kEmptyStatus, "", "no element has a known job_type and job_status");
    if (errors.any()) return std::unexpected(std::move(errors).in_order());
    Statuses statuses;
    for (Execution& execution : last_of_each(std::move(executions))) {
        if (execution.begin_at && execution.end_at && *execution.end_at < *execution.begin_at)
            statuses.refused.push_back(std::move(execution.id));
        else
            statuses.accepted.push_back(std::move(execution));
    }
    return statuses;
}

}  // namespace ecron::model
