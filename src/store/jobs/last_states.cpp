#include "store/jobs/last_states.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "store/sql/conditions.hpp"

namespace ecron::store {

namespace {

const Rows& last_rows(Driver driver) {
    static const DialectRows rows(
        {.head = "insert into t_cron_job_last (f_job_key, f_tenant_id, f_state) values ", .types = "isi"},
        [](const Dialect& dialect) { return dialect.overwrite("f_job_key", {"f_state"}); });
    return rows.of(driver);
}

constexpr std::size_t kRowsOfPart = 512;
constexpr Millis kRetry{1'000};
constexpr int kExecutionsExamined = 8;
constexpr int kMostOrphans = 10'000;  // of one round

struct Recorded {
    std::int64_t key{};
    std::string tenant{};
    std::int64_t state{};
};

void write_states(Session& session, const std::vector<Recorded>& rows) {
    session.run_rows(
        last_rows(session.driver()), rows.size(),
        [&](Statement& row, std::size_t i) { row << rows[i].key << rows[i].tenant << rows[i].state; },
        [&](std::size_t i) { return 32 + rows[i].tenant.size(); });
}

using EndedJob = std::pair<JobKey, model::ExecutionState>;

/// Reads up to kLongestList recorded states without locks, and returns the rows to write. Jobs that were
/// deleted meanwhile get none.
std::vector<Recorded> changed(Session& session, std::span<const EndedJob> jobs) {
    const std::size_t size = list_size(jobs.size());
    Statement& select =
        session.prepare(fmt::format("select j.f_key_id, coalesce(j.f_tenant_id, ''), coalesce(l.f_state, 0) "
                                    "from t_cron_job j left join t_cron_job_last l on l.f_job_key = "
                                    "j.f_key_id where j.f_key_id in ({}) order by j.f_key_id",
                                    placeholders(size)),
                        std::string(size, 'i'), "isi");
    for (std::size_t i = 0; i < size; ++i) select << jobs[std::min(i, jobs.size() - 1)].first.value();
    std::vector<Recorded> rows;
    for (select.run(); select.fetch();) {
        const auto ended = std::ranges::lower_bound(jobs, JobKey(select.integer(0)), {}, &EndedJob::first);
        const auto state = static_cast<std::int64_t>(ended->second);
        if (state != select.integer(2)) rows.push_back({select.integer(0), select.text(1), state});
    }
    return rows;
}

/// A part of the pending states, sorted by job.
class LastStatesPart final : public Answering<Write, void> {
public:
    explicit LastStatesPart(std::vector<EndedJob> ended)
        : Answering(WriteKind::others),
          jobs(std::move(ended)) {}
    void apply(Session& session) override {
        for (std::span<const EndedJob> rest{jobs}; !rest.empty();) {
            const auto some = rest.first(std::min(rest.size(), kLongestList));
            write_states(session, changed(session, some));
            rest = rest.subspan(some.size());
        }
    }

    const std::vector<EndedJob> jobs;
};

/// Returns the row that the job should have, or nullopt if it is right.
std::optional<Recorded> right_state(Session& session, const JobId& job) {
    Statement& read = session.prepare(
        fmt::format("select j.f_key_id, coalesce(j.f_tenant_id, ''), coalesce(l.f_state, 0), s.f_end_time, "
                    "s.f_job_status from t_cron_job j left join t_cron_job_last l on l.f_job_key = "
                    "j.f_key_id join t_cron_job_status s on s.f_job_id = j.f_job_id where j.f_job_id = :job "
                    "and s.f_job_status in (1, 4, 5) and s.f_trigger in (1, 2, 3) and s.f_execute_times > 0 "
                    "order by s.f_begin_time desc, "
                    "s.f_key_id desc limit {}",
                    kExecutionsExamined),
        "s", "isiii");
    read << job.value();
    std::optional<Recorded> right;
    std::int64_t newest_end = -1;
    bool is_right = false;
    for (read.run(); read.fetch();) {
        if (read.integer(3) > newest_end) {
            newest_end = read.integer(3);
            right = Recorded{read.integer(0), read.text(1), read.integer(4)};
            is_right = false;
        }
        is_right = is_right || (read.integer(3) == newest_end && read.integer(4) == read.integer(2));
    }
    return is_right ? std::nullopt : right;
}

std::int64_t& count_of(JobCounts& counts, model::ExecutionState state) {
    switch (state) {
        case model::ExecutionState::success:
            return counts.succeeded;
        case model::ExecutionState::interrupt:
            return counts.interrupted;
        case model::ExecutionState::executing:
            return counts.executing;
        case model::ExecutionState::failure:
            return counts.retrying;
        case model::ExecutionState::pending:
            return counts.pending;
        default:
            return counts.abandoned;
    }
}

void add_counts(Session& session, const std::string& sql, const Conditions& conditions, JobCounts& counts) {
    Statement& select = session.prepare(sql, conditions.types(), "ii");
    conditions.bind(select);
    for (select.run(); select.fetch();)
        count_of(counts, static_cast<model::ExecutionState>(select.integer(0))) = select.integer(1);
}

}  // namespace

void LastStates::committed(SteadyInstant now) {
    if (uncommitted_.empty()) return;
    for (const auto& [job, state] : uncommitted_) pending_.insert_or_assign(job, state);
    uncommitted_.clear();
    if (!due_) due_ = now + every_;
}

std::unique_ptr<Write> LastStates::take() {
    std::vector<EndedJob> jobs;
    while (!pending_.empty() && jobs.size() < kRowsOfPart) {
        jobs.emplace_back(*pending_.begin());
        pending_.erase(pending_.begin());
    }
    return std::make_unique<LastStatesPart>(std::move(jobs));
}

bool LastStates::finished(Write& part, SteadyInstant now) {
    const auto& written = static_cast<LastStatesPart&>(part);
    if (!written.result) {
        pending_.insert(written.jobs.begin(), written.jobs.end());  // keeps newer states
        due_ = now + std::max(every_, kRetry);
    } else if (pending_.empty()) {
        due_.reset();
    }
    return written.result.has_value();
}

bool has_wrong_last_state(Session& session, const JobId& job) {
    return right_state(session, job).has_value();
}

Result<void> correct_last_states(Session& session, const std::vector<JobId>& jobs) {
    std::vector<Recorded> rows;
    for (const JobId& job : jobs)
        if (auto right = right_state(session, job)) rows.push_back(std::move(*right));
    std::ranges::sort(rows, {}, &Recorded::key);
    write_states(session, rows);
    return {};
}

std::vector<JobKey> orphaned_states(Session& session) {
    Statement& read =
        session.prepare(fmt::format("select l.f_job_key from t_cron_job_last l left join t_cron_job j on "
                                    "j.f_key_id = l.f_job_key where j.f_key_id is null limit {}",
                                    kMostOrphans),
                        "", "i");
    std::vector<JobKey> jobs;
    for (read.run(); read.fetch();) jobs.emplace_back(read.integer(0));
    return jobs;
}

Result<void> remove_states(Session& session, const std::vector<JobKey>& jobs) {
    for (std::span<const JobKey> rest{jobs}; !rest.empty();) {
        const auto some = rest.first(std::min(rest.size(), kLongestList));
        const std::size_t size = list_size(some.size());
        Statement& remove = session.prepare(
            fmt::format("delete from t_cron_job_last where f_job_key in ({})", placeholders(size)),
            std::string(size, 'i'));
        for (std::size_t i = 0; i < size; ++i) remove << some[std::min(i, some.size() - 1)].value();
        remove.run();
        rest = rest.subspan(some.size());
    }
    return {};
}

std::int64_t count_failing(Session& session) {
    Statement& read = session.prepare(
        "select count(*) from t_cron_job_last where f_state = 5 and f_job_key in (select f_key_id from "
        "t_cron_job)",
        "", "i");
    return read.first() ? read.integer(0) : 0;
}

JobCounts count_by_state(Session& session, const std::optional<TenantId>& tenant) {
    Conditions of_tenant;
    if (tenant) of_tenant.add_exactly(session.dialect(), "f_tenant_id", tenant->value());
    JobCounts counts;
    Statement& enabled = session.prepare(
        "select f_enabled, count(*) from t_cron_job where 1 = 1" + of_tenant.sql() + " group by f_enabled",
        of_tenant.types(), "ii");
    of_tenant.bind(enabled);
    for (enabled.run(); enabled.fetch();)
        (enabled.integer(0) == 0 ? counts.disabled : counts.enabled) += enabled.integer(1);
    // Rows of jobs that no longer exist (orphaned_states) count as succeeded until the retention removes
    // them: to look for the job of each takes a second per million. Failed jobs are few, and alerts depend on
    // their number.
    add_counts(session,
               "select f_state, count(*) from t_cron_job_last where f_state = 1" + of_tenant.sql() +
                   " group by f_state",
               of_tenant, counts);
    add_counts(session,
               "select f_state, count(*) from t_cron_job_last where f_state in (4, 5) and f_job_key in "
               "(select f_key_id from t_cron_job)" +
                   of_tenant.sql() + " group by f_state",
               of_tenant, counts);
    add_counts(session,
               "select f_job_status, count(*) from t_cron_job_status where f_job_status in (2, 3, 6) and "
               "f_trigger in (1, 2, 3)" +
                   of_tenant.sql() + " group by f_job_status",
               of_tenant, counts);
    return counts;
}

}  // namespace ecron::store
