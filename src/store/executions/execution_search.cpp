#include "store/executions/execution_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "store/sql/conditions.hpp"
#include "store/sql/records.hpp"

namespace ecron::store {

namespace {

/// The columns of an execution in their usual order, without payloads. ext_info contains the reason, and the
/// tenant of rows that the previous service wrote, which are at most 4 KiB long.
constexpr std::string_view kSummaryColumns =
    "f_key_id, f_execute_id, f_job_id, f_job_type, f_job_name, f_job_status, f_begin_time, f_end_time, null, "
    "f_execute_times, case when length(f_ext_info) <= 4096 then f_ext_info end, f_tenant_id, f_is_deleted, "
    "f_job_key, f_trigger, f_nominal, f_due, f_attempt, f_losses, f_accepted, f_node, f_epoch, f_revision, "
    "null, null";
constexpr std::array kStates{1, 2, 3, 4, 5, 6};
constexpr std::array kTriggers{0, 1, 2, 3};
/// One ordered part of the result: the index that provides the order, and the condition that selects it.
struct Part {
    std::string_view index;
    Conditions conditions{};
};

/// Which executions have a tenant of their own.
enum class Owner : std::uint8_t { any, tenant, previous_service };

/// The parts with one state and trigger each, which an index orders by start.
void add_parts(std::vector<Part>& parts, const ExecutionSearch& search, Owner owner) {
    const auto add = [&](int state, std::optional<int> trigger) {
        Part part{owner == Owner::any ? "index_open" : "index_tenant_state"};
        if (owner == Owner::tenant)
            part.conditions.add("f_tenant_id = {}", std::string_view{search.tenant->value()});
        if (owner == Owner::previous_service) part.conditions.add("f_tenant_id is null");
        part.conditions.add("f_job_status = {}", std::int64_t{state});
        if (trigger)
            part.conditions.add("f_trigger = {}", std::int64_t{*trigger});
        else
            part.conditions.add("f_trigger is null");
        parts.push_back(std::move(part));
    };
    const bool old = !search.trigger || *search.trigger == model::Trigger::history;
    for (const int state : kStates) {
        if (search.state && static_cast<int>(*search.state) != state) continue;
        for (const int trigger : kTriggers) {
            const bool is_wanted = !search.trigger || static_cast<int>(*search.trigger) == trigger;
            if (is_wanted && owner != Owner::previous_service) add(state, trigger);
        }
        if (old && owner != Owner::tenant) add(state, std::nullopt);
    }
}

using Place = std::pair<std::int64_t, std::int64_t>;  // start in seconds, and row

ExecutionCursor cursor_at(const Place& place) {
    ExecutionCursor cursor{.key = place.second};
    if (place.first > 0) cursor.begin = from_unix_seconds(place.first);
    return cursor;
}

void add_state_and_trigger(Conditions& conditions, const ExecutionSearch& search) {
    if (search.state) conditions.add("f_job_status = {}", static_cast<std::int64_t>(*search.state));
    if (search.trigger)
        conditions.add("coalesce(f_trigger, 0) = {}", static_cast<std::int64_t>(*search.trigger));
}

std::vector<Part> parts_by_job(Session& session, const ExecutionSearch& search) {
    std::vector<std::string> jobs;
    if (search.job) jobs.push_back(search.job->value());
    if (search.job_name) {
        Conditions conditions;
        conditions.add_exactly(session.dialect(), "f_job_name", *search.job_name);
        if (search.tenant) conditions.add_exactly(session.dialect(), "f_tenant_id", search.tenant->value());
        Statement& select =
            session.prepare("select f_job_id from t_cron_job where 1 = 1" + conditions.sql() + " limit 100",
                            conditions.types(), "s");
        conditions.bind(select);
        std::vector<std::string> named;
        for (select.run(); select.fetch();) named.push_back(select.text(0));
        if (search.job)
            std::erase_if(named, [&](const std::string& id) { return id != search.job->value(); });
        jobs = std::move(named);
    }
    std::vector<Part> parts;
    for (const std::string& job : jobs) {
        Part part{"index_job_begin"};
        part.conditions.add("f_job_id = {}", std::string_view{job});
        add_state_and_trigger(part.conditions, search);
        if (search.tenant)
            part.conditions.add("(f_tenant_id = {} or f_tenant_id is null)",
                                std::string_view{search.tenant->value()});
        parts.push_back(std::move(part));
    }
    return parts;
}

std::vector<Part> parts_of(Session& session, const ExecutionSearch& search) {
    if (search.job || search.job_name) return parts_by_job(session, search);
    std::vector<Part> parts;
    if (search.tenant) {
        add_parts(parts, search, Owner::tenant);
        add_parts(parts, search, Owner::previous_service);  // their tenant is in ext_info
    } else if (search.state || search.trigger) {
        add_parts(parts, search, Owner::any);
    } else {
        parts.push_back(Part{"index_time"});
    }
    return parts;
}

void add_times(Conditions& conditions, const ExecutionSearch& search,
               const std::optional<ExecutionCursor>& before) {
    if (search.begin_from) conditions.add("f_begin_time >= {}", to_unix_seconds(*search.begin_from));
    if (search.begin_until)
        conditions.add("f_begin_time <= {} and f_begin_time > 0", to_unix_seconds(*search.begin_until));
    if (!before) return;
    const std::int64_t begin = seconds_or_zero(before->begin);
    conditions.add("f_begin_time <= {} and (f_begin_time < {} or f_key_id < {})", begin, begin, before->key);
}

/// SQL cannot decide the tenant of rows of the previous service, and MySQL ignores trailing spaces.
bool matches(const model::Execution& execution, const ExecutionSearch& search) {
    return !execution.deleted && (!search.tenant || execution.tenant == *search.tenant) &&
           (!search.job || execution.job_id == *search.job);
}

/// The newest rows of one part, without their contents.
void add_places(Session& session, const ExecutionSearch& search, const Part& part,
                const std::optional<ExecutionCursor>& before, std::vector<Place>& places) {
    Conditions conditions = part.conditions;
    add_times(conditions, search, before);
    Statement& select = session.prepare(
        fmt::format(
            "select f_begin_time, f_key_id from t_cron_job_status{} where coalesce(f_is_deleted, 0) = "
            "0{} order by f_begin_time desc, f_key_id desc limit :rows",
            session.dialect().use_index("t_cron_job_status", part.index), conditions.sql()),
        conditions.types() + 'i', "ii");
    conditions.bind(select);
    select << static_cast<std::int64_t>(search.limit);
    for (select.run(); select.fetch();) places.push_back({select.integer(0), select.integer(1)});
}

/// The newest rows of all parts, newest first; fewer than the limit if there are no more.
std::vector<Place> places_of(Session& session, const ExecutionSearch& search, std::span<const Part> parts,
                             const std::optional<ExecutionCursor>& before) {
    std::vector<Place> places;
    for (const Part& part : parts) add_places(session, search, part, before, places);
    std::ranges::sort(places, std::ranges::greater{});
    if (places.size() > search.limit) places.resize(search.limit);
    return places;
}

std::vector<model::Execution> rows_at(Session& session, std::span<const Place> places) {
    std::vector<model::Execution> executions;
    for (std::size_t at = 0; at < places.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, places.size() - at);
        const std::size_t size = list_size(count);
        Statement& select =
            session.prepare(fmt::format("select {} from t_cron_job_status where f_key_id in ({})",
                                        kSummaryColumns, placeholders(size)),
                            std::string(size, 'i'), kExecutionTypes);
        for (std::size_t i = 0; i < size; ++i) select << places[at + std::min(i, count - 1)].second;
        for (select.run(); select.fetch();) executions.push_back(read_execution_row(select));
    }
    return executions;
}

/// Adds the times of the attempts in milliseconds.
void add_attempts(Session& session, std::vector<ExecutionSummary>& summaries) {
    std::unordered_map<std::string_view, ExecutionSummary*> by_id;
    for (ExecutionSummary& summary : summaries) by_id.emplace(summary.execution.id.value(), &summary);
    for (std::size_t at = 0; at < summaries.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, summaries.size() - at);
        const std::size_t size = list_size(count);
        Statement& select = session.prepare(
            fmt::format(
                "select f_execute_id, min(f_begin), max(f_end) from t_cron_attempt where f_execute_id "
                "in ({}) group by f_execute_id",
                placeholders(size)),
            std::string(size, 's'), "sii");
        for (std::size_t i = 0; i < size; ++i)
            select << summaries[at + std::min(i, count - 1)].execution.id.value();
        for (select.run(); select.fetch();) {
            const auto found = by_id.find(select.text(0));
            if (found == by_id.end()) continue;
            found->second->begin = from_unix_millis(select.integer(1));
            if (found->second->execution.end_at) found->second->end = from_unix_millis(select.integer(2));
        }
    }
}

}  // namespace

std::vector<ExecutionSummary> search_executions(Session& session, const ExecutionSearch& search) {
    const std::vector<Part> parts = parts_of(session, search);
    std::vector<ExecutionSummary> summaries;
    std::optional<ExecutionCursor> before = search.before;
    // Rows of the previous service may turn out to belong to another tenant.
    while (summaries.size() < search.limit) {
        const std::vector<Place> places = places_of(session, search, parts, before);
        if (!places.empty()) before = cursor_at(places.back());
        for (model::Execution& execution : rows_at(session, places))
            if (matches(execution, search)) summaries.push_back({std::move(execution), {}, {}});
        if (places.size() < search.limit) break;
    }
    std::ranges::sort(summaries, std::ranges::greater{}, [](const ExecutionSummary& summary) {
        return std::pair{summary.execution.begin_at, summary.execution.key};
    });
    if (summaries.size() > search.limit) summaries.resize(search.limit);
    add_attempts(session, summaries);
    return summaries;
}

}  // namespace ecron::store
