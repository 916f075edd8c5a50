#include "ecron/store/fill.hpp"

#include <algorithm>

#include "ecron/base/uuid.hpp"
#include "store/admin/exclusive.hpp"
#include "store/election/file_lock.hpp"
#include "store/executions/outcomes.hpp"
#include "store/retention/history.hpp"
#include "store/sql/migrations.hpp"
#include "store/sql/records.hpp"

namespace ecron::store {
namespace {

using PastJob = Content::PastJob;
using PastExecution = Content::PastExecution;

/// Keys and revisions count from 1, as they would in a new store.
void assign_ids(Content& content, const std::string& id_key) {
    std::int64_t number = 0;
    for (PastJob& past : content.jobs) {
        model::Job& job = past.job;
        job.key = JobKey{++number};
        job.revision = ChangeNumber{number};
        job.effective_from = job.created_at;
        for (Missed& missed : past.missed) missed.job = job.key;
        for (PastExecution& done : past.history) {
            model::Execution& execution = done.execution;
            const std::string subject =
                execution.scheduled_at ? job.id.value() : "request of " + job.id.value();
            const Instant at = execution.scheduled_at.value_or(execution.due.value_or(Instant{}));
            execution.id = ExecuteId{keyed_uuid(id_key, subject, at)};
            execution.job_id = job.id;
            execution.job_key = job.key;
            execution.job_name = job.name;
            execution.job_type = job.type;
            execution.tenant = job.tenant;
            execution.revision = job.revision;
            execution.epoch = Epoch{1};
            for (model::Attempt& attempt : done.attempts) attempt.execute_id = execution.id;
        }
    }
}

void write_jobs(Session& session, const std::vector<PastJob>& jobs) {
    static const Rows rows{
        .head =
            "insert into t_cron_job (f_key_id, f_job_id, f_job_name, f_job_cron_time, f_job_type, "
            "f_job_context, f_tenant_id, f_enabled, f_remarks, f_create_time, f_update_time, "
            "f_revision, f_effective_from, f_plan) values ",
        .types = "isssissisiiiis"};
    session.run_rows(
        rows, jobs.size(),
        [&](Statement& row, std::size_t i) {
            const model::Job& job = jobs[i].job;
            row << job.key.value() << job.id.value() << job.name << job.cron_time
                << static_cast<int>(job.type) << job.context << job.tenant.value() << job.enabled
                << job.remarks << to_unix_seconds(job.created_at) << to_unix_seconds(job.updated_at)
                << job.revision.value() << to_unix_millis(job.effective_from) << jobs[i].plan;
        },
        [&](std::size_t i) { return 300 + jobs[i].job.context.size(); });
}

/// The change log states the creation of each job; the shards, that everything up to now has been planned.
void write_changes(Session& session, const std::vector<PastJob>& jobs) {
    static const Rows rows{
        .head =
            "insert into t_cron_change (f_number, f_kind, f_job_id, f_job_key, f_tenant_id, f_at) "
            "values ",
        .types = "issisi"};
    static const std::string kind = "create";
    session.run_rows(
        rows, jobs.size(),
        [&](Statement& row, std::size_t i) {
            const model::Job& job = jobs[i].job;
            row << job.revision.value() << kind << job.id.value() << job.key.value() << job.tenant.value()
                << to_unix_millis(job.created_at);
        },
        [](std::size_t) { return std::size_t{150}; });
    const auto count = static_cast<std::int64_t>(jobs.size());
    Statement& head = session.prepare("update t_cron_change_head set f_number = :n", "i");
    head << count;
    head.run();
    Statement& shards = session.prepare("update t_cron_shard set f_planned = :n, f_watermark = :now", "ii");
    shards << count << to_unix_millis(session.now());
    shards.run();
}

void write_counts(Session& session, const std::vector<PastJob>& jobs) {
    for (const PastJob& past : jobs) {
        const auto bytes = static_cast<std::int64_t>(past.job.context.size());
        Statement& add = session.prepare(
            "update t_cron_tenant set f_jobs = f_jobs + 1, f_bytes = f_bytes + :b where f_tenant_id = :t",
            "is");
        add << bytes << past.job.tenant.value();
        if (add.run() > 0) continue;
        Statement& first = session.prepare(
            "insert into t_cron_tenant (f_tenant_id, f_jobs, f_bytes) values (:t, 1, :b)", "si");
        first << past.job.tenant.value() << bytes;
        first.run();
    }
}

/// In the order of their due times, in which they would have been claimed.
std::vector<const PastExecution*> in_order(const std::vector<PastJob>& jobs) {
    std::vector<const PastExecution*> all;
    for (const PastJob& past : jobs)
        for (const PastExecution& done : past.history) all.push_back(&done);
    std::ranges::sort(all, {}, [](const PastExecution* done) {
        return std::pair{done->execution.due, std::string_view{done->execution.id.value()}};
    });
    return all;
}

void write_history(Session& session, const std::vector<PastJob>& jobs) {
    static const Rows rows{.head = kExecutionInsert, .types = kExecutionInsertTypes};
    const std::vector<const PastExecution*> all = in_order(jobs);
    session.run_rows(
        rows, all.size(), [&](Statement& row, std::size_t i) { bind_execution(row, all[i]->execution); },
        [&](std::size_t i) { return execution_bytes(all[i]->execution); });
    std::vector<const model::Attempt*> attempts;
    for (const PastExecution* done : all)
        for (const model::Attempt& attempt : done->attempts) attempts.push_back(&attempt);
    record_attempts(session, attempts);
}

void write_missed(Session& session, const std::vector<PastJob>& jobs) {
    for (const PastJob& past : jobs)
        for (const Missed& missed : past.missed) {
            Statement& insert = session.prepare(
                "insert into t_cron_missed (f_job_key, f_from, f_to, f_count, f_reason, f_at) values (:j, "
                ":f, :t, :c, "
                ":r, :a)",
                "iiiisi");
            insert << missed.job.value() << to_unix_millis(missed.from) << to_unix_millis(missed.to)
                   << missed.count << missed.reason << to_unix_millis(missed.to);
            insert.run();
        }
}

}  // namespace

Result<void> fill_store(const Options& options, const Clock& clock, Content content) {
    FileLock file_lock;
    if (const Result<void> taken = file_lock.take(options); !taken) return taken;
    try {
        Session session(options, SessionUse::migrate, clock);
        const Result<std::string> id_key = migrate(session);
        if (!id_key) return std::unexpected(id_key.error());
        Result<void> ready = keep_nodes_away(session);
        if (ready) ready = require_empty(session);
        if (!ready) return ready;
        assign_ids(content, *id_key);
        std::vector<JobId> ids;
        for (const PastJob& past : content.jobs) ids.push_back(past.job.id);
        session.begin();
        write_jobs(session, content.jobs);
        write_changes(session, content.jobs);
        write_counts(session, content.jobs);
        write_history(session, content.jobs);
        write_missed(session, content.jobs);
        if (const Result<void> corrected = correct_last_states(session, ids); !corrected) {
            session.rollback();
            return corrected;
        }
        session.commit();
        return {};
    } catch (const SqlError& error) {
        return std::unexpected(with_address(to_opening_error(error), options));
    }
}

}  // namespace ecron::store
