#include "store/executions/execution_search.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "store/executions/summaries.hpp"
#include "store/sql/conditions.hpp"
#include "store/sql/records.hpp"

namespace ecron::store {

namespace {

constexpr std::size_t kRounds = 10;

/// Rows that an index provides in order: those of one job, those of one state, or all.
struct Part {
    std::string_view index;
    Conditions conditions{};
};

using Place = std::pair<std::int64_t, std::int64_t>;  // start in seconds, and row

ExecutionCursor cursor_at(const Place& place) {
    ExecutionCursor cursor{.key = place.second};
    if (place.first > 0) cursor.begin = from_unix_seconds(place.first);
    return cursor;
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
        parts.push_back(std::move(part));
    }
    return parts;
}

std::vector<Part> parts_of(Session& session, const ExecutionSearch& search) {
    if (search.job || search.job_name) return parts_by_job(session, search);
    std::vector<Part> parts;
    if (search.state && !model::is_end(*search.state)) {
        Part open{"index_open"};
        open.conditions.add("f_job_status = {}", static_cast<std::int64_t>(*search.state));
        parts.push_back(std::move(open));
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

/// The columns by which a row is decided; it is read only if it fits.
constexpr std::string_view kDecidingColumns =
    "f_begin_time, f_key_id, f_job_status, coalesce(f_trigger, 0), coalesce(f_is_deleted, 0), "
    "coalesce(f_tenant_id, '')";

bool fits(const ExecutionSearch& search, const Statement& row) {
    if (row.integer(4) != 0) return false;
    if (search.state && static_cast<std::int64_t>(*search.state) != row.integer(2)) return false;
    if (search.trigger && static_cast<std::int64_t>(*search.trigger) != row.integer(3)) return false;
    // The tenant of rows of the previous service is in ext_info.
    const std::string& tenant = row.text(5);
    return !search.tenant || tenant.empty() || tenant == search.tenant->value();
}

/// Rows of one part or of several, newest first.
struct Examined {
    std::vector<Place> places{};
    std::optional<Place> stopped{};  // the last row that was examined: no more were allowed
};

Statement& next_rows(Session& session, const ExecutionSearch& search, const Part& part,
                     const std::optional<ExecutionCursor>& before, std::size_t rows) {
    Conditions conditions = part.conditions;
    add_times(conditions, search, before);
    Statement& select = session.prepare(
        fmt::format("select {} from t_cron_job_status{} where 1 = 1{} order by f_begin_time desc, f_key_id "
                    "desc limit :rows",
                    kDecidingColumns, session.dialect().use_index("t_cron_job_status", part.index),
                    conditions.sql()),
        conditions.types() + 'i', "iiiiis");
    conditions.bind(select);
    select << static_cast<std::int64_t>(rows);
    return select;
}

/// Reads more rows at once the longer nothing fits.
Examined examine(Session& session, const ExecutionSearch& search, const Part& part,
                 std::optional<ExecutionCursor> before, std::size_t left) {
    Examined result;
    std::size_t wanted = search.limit;
    while (left > 0) {
        wanted = std::min(wanted, left);
        std::size_t rows = 0;
        Place last;
        result.stopped.reset();
        Statement& select = next_rows(session, search, part, before, wanted);
        for (select.run(); select.fetch(); ++rows) {
            last = {select.integer(0), select.integer(1)};
            if (fits(search, select)) result.places.push_back(last);
        }
        left -= rows;
        if (rows == wanted) result.stopped = last;
        if (rows < wanted || result.places.size() >= search.limit) break;
        before = cursor_at(last);
        wanted *= 4;
    }
    return result;
}

/// The newest rows of all parts. Behind the place where a part stopped, those of the others are left out.
Examined examine_all(Session& session, const ExecutionSearch& search, std::span<const Part> parts,
                     const std::optional<ExecutionCursor>& before) {
    Examined all;
    const std::size_t left = std::max(search.examined / std::max<std::size_t>(parts.size(), 1), search.limit);
    for (const Part& part : parts) {
        Examined one = examine(session, search, part, before, left);
        all.places.insert(all.places.end(), one.places.begin(), one.places.end());
        const bool is_full = one.places.size() >= search.limit;
        if (one.stopped && !is_full) all.stopped = std::max(all.stopped.value_or(*one.stopped), *one.stopped);
    }
    if (all.stopped) std::erase_if(all.places, [&](const Place& place) { return place < *all.stopped; });
    std::ranges::sort(all.places, std::ranges::greater{});
    if (all.places.size() >= search.limit) {
        all.places.resize(search.limit);
        all.stopped.reset();
    }
    return all;
}

std::vector<model::Execution> rows_at(Session& session, std::span<const Place> places) {
    std::vector<std::int64_t> keys;
    for (const Place& place : places) keys.push_back(place.second);
    return executions_at(session, keys);
}

}  // namespace

ExecutionPage search_executions(Session& session, const ExecutionSearch& search) {
    const std::vector<Part> parts = parts_of(session, search);
    ExecutionPage page;
    std::vector<ExecutionSummary>& summaries = page.executions;
    std::optional<ExecutionCursor> before = search.before;
    // Rows of the previous service may turn out to belong to another tenant.
    for (std::size_t round = 1;; ++round) {
        const auto [places, stopped] = examine_all(session, search, parts, before);
        for (model::Execution& execution : rows_at(session, places))
            if (matches(execution, search)) summaries.push_back({std::move(execution), {}, {}});
        if (stopped) page.next = cursor_at(*stopped);
        if (stopped || places.size() < search.limit || summaries.size() >= search.limit) break;
        before = cursor_at(places.back());
        if (round == kRounds) {
            page.next = before;
            break;
        }
    }
    std::ranges::sort(summaries, std::ranges::greater{}, [](const ExecutionSummary& summary) {
        return std::pair{summary.execution.begin_at, summary.execution.key};
    });
    if (summaries.size() >= search.limit) page.next.reset();
    if (summaries.size() > search.limit) summaries.resize(search.limit);
    std::vector<ExecutionSummary*> all;
    for (ExecutionSummary& summary : summaries) all.push_back(&summary);
    add_attempts(session, all);
    return page;
}

}  // namespace ecron::store
