#include "store/jobs/changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "ecron/base/json_writer.hpp"
#include "store/sql/records.hpp"

namespace ecron::store {

namespace {

namespace json = boost::json;

constexpr std::string_view kChangeColumns =
    "f_number, f_kind, f_job_id, f_job_key, f_tenant_id, f_at, f_replaced";
constexpr std::string_view kChangeTypes = "issisis";
constexpr std::string_view kMissedTypes = "iiiis";

std::optional<json::object> object_of(const std::string& text) {
    boost::system::error_code problem;
    json::value value = json::parse(text, problem);
    if (problem || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

std::string text_of(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_of(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

bool flag_of(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::vector<Missed> read_missed(Statement& select) {
    std::vector<Missed> missed;
    for (select.run(); select.fetch();)
        missed.push_back({.job = JobKey(select.integer(0)),
                          .from = from_unix_millis(select.integer(1)),
                          .to = from_unix_millis(select.integer(2)),
                          .count = select.integer(3),
                          .reason = select.text(4)});
    return missed;
}

std::vector<JobKey> distinct(std::vector<JobKey> keys) {
    std::ranges::sort(keys);
    const auto repeated = std::ranges::unique(keys);
    keys.erase(repeated.begin(), repeated.end());
    return keys;
}

Change read_change(const Statement& row) {
    Change change{.number = ChangeNumber(row.integer(0)),
                  .kind = row.text(1),
                  .job_id = JobId(row.text(2)),
                  .job_key = JobKey(row.integer(3)),
                  .tenant = TenantId(row.text(4)),
                  .at = from_unix_millis(row.integer(5))};
    if (change.kind == "resume") {
        if (const auto pause = object_of(row.text(6)))
            change.since = from_unix_millis(number_of(*pause, "since"));
    } else if (!change.is_request()) {
        change.replaced = row.text(6);
    } else if (const auto request = object_of(row.text(6))) {
        change.execution = ExecuteId(text_of(*request, "execute_id"));
        change.by = text_of(*request, "by");
    }
    return change;
}

}  // namespace

std::vector<JobKey> changed_jobs(std::span<const Change> changes) {
    std::vector<JobKey> keys;
    for (const Change& change : changes)
        if (!change.is_pause() && !change.is_request()) keys.push_back(change.job_key);
    return distinct(std::move(keys));
}

std::vector<JobKey> jobs_to_read(std::span<const Change> changes) {
    std::vector<JobKey> keys;
    for (const Change& change : changes)
        if (!change.is_pause() && !change.is_request() && !change.is_completion() && change.kind != "delete")
            keys.push_back(change.job_key);
    return distinct(std::move(keys));
}

std::string request_text(const ExecuteId& execution, std::string_view by) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("execute_id", execution.value());
    if (!by.empty()) json.member("by", by);
    json.end_object();
    return text;
}

std::optional<ReplacedSchedule> read_replaced(const Change& change) {
    const auto replaced = change.replaced.empty() ? std::nullopt : object_of(change.replaced);
    if (!replaced) return std::nullopt;
    return ReplacedSchedule{.cron_time = text_of(*replaced, "cron_time"),
                            .plan = text_of(*replaced, "plan"),
                            .type = to_job_type(number_of(*replaced, "type")),
                            .enabled = flag_of(*replaced, "enabled"),
                            .created_at = from_unix_seconds(number_of(*replaced, "created_at")),
                            .effective_from = from_unix_millis(number_of(*replaced, "effective_from"))};
}

std::vector<Change> changes_after(Session& session, ChangeNumber number, std::size_t limit) {
    Statement& select = session.prepare(
        fmt::format("select {} from t_cron_change where f_number > :number order by f_number limit :rows",
                    kChangeColumns),
        "ii", kChangeTypes);
    select << number.value() << static_cast<std::int64_t>(limit);
    std::vector<Change> changes;
    for (select.run(); select.fetch();) changes.push_back(read_change(select));
    return changes;
}

std::vector<Change> changes_of(Session& session, const JobId& job, const TenantId& tenant,
                               std::size_t limit) {
    // Pauses have no job.
    Statement& select = session.prepare(
        fmt::format("select {} from t_cron_change where ({}) or (f_job_id = '' and f_tenant_id in "
                    "('', :tenant)) order by f_number desc limit :rows",
                    kChangeColumns, session.dialect().exactly("f_job_id")),
        "sssi", kChangeTypes);
    select << job.value() << job.value() << tenant.value() << static_cast<std::int64_t>(limit);
    std::vector<Change> changes;
    for (select.run(); select.fetch();) changes.push_back(read_change(select));
    return changes;
}

std::vector<Missed> missed_of(Session& session, JobKey job, Instant from, Instant to) {
    Statement& select = session.prepare(
        "select f_job_key, f_from, f_to, f_count, f_reason from t_cron_missed where "
        "f_job_key = :job and f_from <= :to and f_to >= :from order by f_from",
        "iii", kMissedTypes);
    select << job.value() << to_unix_millis(to) << to_unix_millis(from);
    return read_missed(select);
}

std::vector<Missed> missed_beyond(Session& session, Instant watermark) {
    Statement& select = session.prepare(
        "select f_job_key, f_from, f_to, f_count, f_reason from t_cron_missed where f_to > :watermark", "i",
        kMissedTypes);
    select << to_unix_millis(watermark);
    return read_missed(select);
}

}  // namespace ecron::store
