#include "store/jobs/jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <unordered_map>

#include "ecron/model/json.hpp"
#include "store/audit/audit.hpp"

namespace ecron::store {

namespace {

constexpr std::size_t kSweepRows = 500;

/// When a changed schedule takes effect. A claim knows the schedule that it follows by this instant, so it
/// differs from the previous one even if both changes are made in the same millisecond.
Instant effective_after(const model::Job& before, Instant now) {
    return now == before.effective_from ? now + Millis{1} : now;
}

/// The ids are sorted. MySQL also finds ids that differ in trailing spaces; these are filtered out.
std::vector<JobRow> rows_to_change(Session& session, const std::vector<JobId>& ids) {
    std::vector<JobRow> rows;
    for (std::size_t at = 0; at < ids.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, ids.size() - at);
        const std::size_t size = list_size(count);
        Statement& select = session.prepare(
            fmt::format("select {} from t_cron_job where f_job_id in ({}) order by f_key_id{}", kJobColumns,
                        placeholders(size), session.dialect().texts.for_update),
            std::string(size, 's'), kJobTypes);
        for (std::size_t i = 0; i < size; ++i) select << ids[at + std::min(i, count - 1)].value();
        for (select.run(); select.fetch();) {
            JobRow row = read_job_row(select);
            if (std::ranges::binary_search(ids, row.job.id)) rows.push_back(std::move(row));
        }
    }
    return rows;
}

bool belongs(const JobRow& row, const std::optional<TenantId>& tenant) {
    return !tenant || row.job.tenant == *tenant;
}

/// A row of a deleted job, with its new ext_info.
struct DeletedRow {
    std::int64_t key{};
    std::optional<std::string> ext_info{};
};

/// Executions of a deleted job, without those that another tenant wrote under the id of the job.
struct DeletedRows {
    std::vector<DeletedRow> own{};
    std::int64_t last{0};  // key of the last row that was read
    std::size_t read{0};
};

/// nullopt: retention has removed the change.
std::optional<std::string> tenant_of_deleted(Session& session, const std::string& job) {
    Statement& select = session.prepare(
        "select f_tenant_id from t_cron_change where f_job_id = :job and f_kind = 'delete' order by f_number "
        "desc limit 1",
        "s", "s");
    select << job;
    if (!select.first()) return std::nullopt;
    return std::string{select.text(0)};
}

DeletedRows rows_after(Session& session, const std::string& job, std::int64_t after) {
    const std::optional<std::string> tenant = tenant_of_deleted(session, job);
    Statement& select = session.prepare(
        fmt::format(
            "select f_key_id, f_ext_info, f_tenant_id from t_cron_job_status where f_job_id = :job and "
            "f_key_id > :after order by f_key_id limit :rows{}",
            session.dialect().texts.for_update),
        "sii", "iss");
    select << job << after << static_cast<std::int64_t>(kSweepRows);
    DeletedRows rows;
    for (select.run(); select.fetch(); ++rows.read) {
        rows.last = select.integer(0);
        const std::string_view owner = select.is_null(2) ? std::string_view{} : select.text(2);
        if (tenant && !owner.empty() && owner != *tenant) continue;
        DeletedRow row{.key = rows.last};
        if (!select.is_null(1)) row.ext_info = model::mark_deleted(select.text(1));
        rows.own.push_back(std::move(row));
    }
    return rows;
}

/// The previous service reads `is_deleted` from ext_info; the column belongs to ecron.
void mark_deleted(Session& session, std::span<const DeletedRow> rows) {
    static constexpr std::array<std::string_view, 2> kNames{"n_ext", "o_key"};
    static const Rows joined{.head = "update (",
                             .types = "si",
                             .tail =
                                 ") v straight_join t_cron_job_status s on s.f_key_id = v.o_key "
                                 "set s.f_ext_info = v.n_ext, s.f_is_deleted = 1",
                             .row_begin = "select ",
                             .row_end = "",
                             .separator = " union all ",
                             .names = kNames};
    const auto bind = [&](Statement& statement, const DeletedRow& row) {
        statement << row.ext_info << row.key;
    };
    if (!session.dialect().flags.owned_by_one_process) {
        session.run_rows(
            joined, rows.size(), [&](Statement& statement, std::size_t i) { bind(statement, rows[i]); },
            [&](std::size_t i) { return 50 + rows[i].ext_info.value_or("").size(); });
        return;
    }
    for (const DeletedRow& row : rows) {
        Statement& update = session.prepare(
            "update t_cron_job_status set f_ext_info = :ext, f_is_deleted = 1 where f_key_id = :key", "si");
        bind(update, row);
        update.run();
    }
}

std::vector<JobId> distinct(std::vector<JobId> ids) {
    std::ranges::sort(ids);
    const auto rest = std::ranges::unique(ids);
    ids.erase(rest.begin(), rest.end());
    return ids;
}

void update_schedule_state(Session& session, const model::Job& job) {
    Statement& update = session.prepare(
        "update t_cron_job set f_enabled = :enabled, f_update_time = :updated, f_revision = :revision, "
        "f_effective_from = :effective where f_key_id = :key",
        "iiiii");
    update << job.enabled << to_unix_seconds(job.updated_at) << job.revision.value()
           << to_unix_millis(job.effective_from) << job.key.value();
    update.run();
}

void update_context(Session& session, const model::Job& job) {
    Statement& update = session.prepare(
        "update t_cron_job set f_job_context = :context, f_update_time = :updated, f_revision = :revision "
        "where f_key_id = :key",
        "siii");
    update << job.context << to_unix_seconds(job.updated_at) << job.revision.value() << job.key.value();
    update.run();
}

std::int64_t bytes_of(const model::Job& job) { return static_cast<std::int64_t>(job.context.size()); }

Instant whole_seconds(Instant instant) { return std::chrono::floor<Seconds>(instant); }

Error name_taken() { return {Errc::conflict, "another job of this tenant has that name", {"job_name"}}; }

/// Determines which unique key a refused insert violated.
Error conflict_of(Session& session, const model::Job& job) {
    Statement& same_id =
        session.prepare("select 1 from t_cron_job where " + session.dialect().exactly("f_job_id"), "ss", "i");
    same_id << job.id.value() << job.id.value();
    if (same_id.first())
        return {
            Errc::conflict, "is the id of an existing job; change that job, or use another id", {"job_id"}};
    return name_taken();
}

}  // namespace

void apply_job_writes(Session& session, std::span<Write* const> writes, CommitAttempt attempt) {
    std::size_t changes = 0;
    for (const Write* const write : writes) changes += static_cast<const JobWrite*>(write)->changes();
    JobTransaction transaction(session, attempt, changes);
    for (Write* const write : writes) static_cast<JobWrite*>(write)->apply(transaction);
    transaction.flush();
    transaction.log.finish();
}

void CreateJob::apply(JobTransaction& transaction) {
    model::Job job = job_;
    job.created_at = whole_seconds(job.created_at);
    job.updated_at = whole_seconds(job.updated_at);
    if (transaction.attempt == CommitAttempt::repeated) {
        const auto rows = rows_to_change(transaction.session, {job.id});
        if (!rows.empty() && rows.front().job.name == job.name && rows.front().job.tenant == job.tenant) {
            result = rows.front().job;
            return;
        }
    }
    const ChangeWriter::Amount more{1, bytes_of(job)};
    if (const Result<void> allowed = transaction.log.allow(job.tenant, more); !allowed) {
        result = std::unexpected(allowed.error());
        return;
    }
    job.revision = transaction.log.add("create", job, nullptr);
    job.effective_from = transaction.log.now();
    transaction.log.count(job.tenant, more);
    result = std::move(job);
    transaction.creates.push_back(this);
}

void JobTransaction::flush() {
    if (creates.empty()) return;
    static const Rows shape{.head =
                                "insert into t_cron_job (f_job_id, f_job_name, f_job_cron_time, f_job_type, "
                                "f_job_context, f_tenant_id, f_enabled, f_remarks, f_create_time, "
                                "f_update_time, f_revision, f_effective_from, f_plan) values ",
                            .types = "sssissisiiiis"};
    const std::vector<CreateJob*> made = std::exchange(creates, {});
    std::vector<std::int64_t> keys;
    try {
        keys = session.insert_rows(
            shape, made.size(),
            [&](Statement& row, std::size_t i) {
                const model::Job& job = *made[i]->result;
                row << job.id.value() << job.name << job.cron_time << static_cast<int>(job.type)
                    << job.context << job.tenant.value() << job.enabled << job.remarks
                    << to_unix_seconds(job.created_at) << to_unix_seconds(job.updated_at)
                    << job.revision.value() << to_unix_millis(job.effective_from) << made[i]->plan();
            },
            [&](std::size_t i) { return 300 + made[i]->result->context.size(); });
    } catch (const SqlError& error) {
        if (error.fault() != SqlFault::duplicate || made.size() > 1) throw;
        throw WriteRejected(conflict_of(session, *made.front()->result));
    }
    for (std::size_t i = 0; i < made.size(); ++i) {
        model::Job& job = *made[i]->result;
        job.key = JobKey(keys[i]);
        log.set_key(job.revision, job.key);
    }
    std::vector<const AuditEntry*> records;
    for (const CreateJob* const one : made)
        if (one->audit()) records.push_back(&*one->audit());
    insert_audit(session, records);
}

void ReplaceJob::apply(JobTransaction& transaction) {
    transaction.flush();
    result = replace(transaction);
}

Result<model::Job> ReplaceJob::replace(JobTransaction& transaction) const {
    const auto rows = rows_to_change(transaction.session, {job_.id});
    if (rows.empty() || !belongs(rows.front(), tenant_))
        return fail(Errc::not_found, "this job does not exist", {"job_id"});
    const JobRow& before = rows.front();
    if (if_match_ && before.job.revision != *if_match_)
        return fail(Errc::conflict, "the job has changed in the meantime", {"revision"});

    model::Job job = job_;
    job.key = before.job.key;
    job.tenant = before.job.tenant;
    job.created_at = before.job.created_at;
    job.updated_at = whole_seconds(job.updated_at);
    // The previous service ran `timed` jobs at every match of their expression; its clients still rely on
    // this when they change such a job.
    model::Plan plan = model::read_plan(plan_).value_or(model::Plan{});
    plan.repeats = job.type == model::JobType::timed && before.job.type == model::JobType::timed &&
                   plan_of(before).repeats;
    const ChangeWriter::Amount more{0, bytes_of(job) - before.context_bytes};
    if (const Result<void> allowed = transaction.log.allow(job.tenant, more); !allowed)
        return std::unexpected(allowed.error());
    transaction.log.count(job.tenant, more);
    job.effective_from = same_schedule(before, job, plan)
                             ? before.job.effective_from
                             : effective_after(before.job, transaction.log.now());
    job.revision = transaction.log.add("update", job, &before);

    Statement& update = transaction.session.prepare(
        "update t_cron_job set f_job_name = :name, f_job_cron_time = :cron, f_job_type = :type, "
        "f_job_context = :context, f_enabled = :enabled, f_remarks = :remarks, f_update_time = :updated, "
        "f_revision = :revision, f_effective_from = :effective, f_plan = :plan where f_key_id = :key",
        "ssisisiiisi");
    update << job.name << job.cron_time << static_cast<int>(job.type) << job.context << job.enabled
           << job.remarks << to_unix_seconds(job.updated_at) << job.revision.value()
           << to_unix_millis(job.effective_from) << model::write_plan(plan) << job.key.value();
    try {
        update.run();
    } catch (const SqlError& error) {
        if (error.fault() == SqlFault::duplicate) throw WriteRejected(name_taken());
        throw;
    }
    return job;
}

void ChangeJobs::apply(JobTransaction& transaction) {
    transaction.flush();
    const std::vector<JobId> ids = distinct(ids_);
    std::vector<JobRow> rows = rows_to_change(transaction.session, ids);
    std::erase_if(rows, [this](const JobRow& row) { return !belongs(row, tenant_); });
    if (rows.size() != ids.size()) {
        result = fail(Errc::not_found, "one of these jobs does not exist", {"job_id"});
        return;
    }
    std::unordered_map<JobId, model::Job> changed;
    for (const JobRow& before : rows) {
        model::Job job = before.job;
        job.updated_at = whole_seconds(transaction.log.now());
        if (const auto* enable = std::get_if<Enable>(&change_)) {
            job.enabled = enable->enabled;
            if (job.enabled != before.job.enabled)
                job.effective_from = effective_after(before.job, transaction.log.now());
            job.revision = transaction.log.add("enable", job, &before);
            update_schedule_state(transaction.session, job);
        } else {
            model::Context context = model::read_context(job.context).value_or(model::Context{});
            context.webhook = std::get<Notify>(change_).webhook;
            job.context = model::write_context(context);
            const ChangeWriter::Amount more{0, bytes_of(job) - before.context_bytes};
            if (const Result<void> allowed = transaction.log.allow(job.tenant, more); !allowed)
                throw WriteRejected(allowed.error());  // other jobs of the request may have been changed
            transaction.log.count(job.tenant, more);
            job.revision = transaction.log.add("notify", job, &before);
            update_context(transaction.session, job);
        }
        changed.emplace(job.id, std::move(job));
    }
    result.emplace();
    for (const JobId& id : ids_) {
        const auto found = changed.find(id);
        if (found == changed.end()) continue;  // named twice in the request
        result->push_back(std::move(found->second));
        changed.erase(found);
    }
}

void DeleteJobs::apply(JobTransaction& transaction) {
    transaction.flush();
    result.emplace();
    for (const JobRow& before : rows_to_change(transaction.session, distinct(ids_))) {
        if (!belongs(before, tenant_)) continue;
        model::Job job = before.job;
        Statement& remove = transaction.session.prepare("delete from t_cron_job where f_key_id = :key", "i");
        remove << job.key.value();
        remove.run();
        Statement& forget =
            transaction.session.prepare("delete from t_cron_job_last where f_job_key = :key", "i");
        forget << job.key.value();
        forget.run();
        Statement& sweep = transaction.session.prepare(
            fmt::format("insert into t_cron_deleting (f_job_id, f_after) values (:id, 0){}",
                        transaction.session.dialect().keep_existing("f_job_id")),
            "s");
        sweep << job.id.value();
        sweep.run();
        job.revision = transaction.log.add("delete", job, &before);
        transaction.log.count(job.tenant, {-1, -before.context_bytes});
        result->push_back(std::move(job));
    }
}

void SweepDeleted::apply(Session& session) {
    Statement& next =
        session.prepare("select f_job_id, f_after from t_cron_deleting order by f_job_id limit 1", "", "si");
    result = next.first();
    if (!*result) return;
    const std::string job = next.text(0);
    const std::int64_t after = next.integer(1);
    const DeletedRows rows = rows_after(session, job, after);
    if (!rows.own.empty()) mark_deleted(session, rows.own);
    const bool finished = rows.read < kSweepRows;
    Statement& progress =
        finished ? session.prepare("delete from t_cron_deleting where f_job_id = :job", "s")
                 : session.prepare("update t_cron_deleting set f_after = :until where f_job_id = :job", "is");
    if (!finished) progress << rows.last;
    progress << job;
    progress.run();
}

namespace {

/// What the change log needs of a completed one-shot. Its context is not read, which is most of a row.
JobRow read_completed_row(const Statement& row) {
    JobRow read;
    model::Job& job = read.job;
    job.key = JobKey(row.integer(0));
    job.id = JobId(row.text(1));
    job.cron_time = row.text(2);
    job.type = to_job_type(row.integer(3));
    job.tenant = TenantId(row.text(5));
    job.enabled = row.integer(6) != 0;
    job.created_at = from_unix_seconds(row.integer(7));
    job.effective_from = from_unix_millis(row.integer(8));
    read.has_plan = !row.is_null(9);
    if (!read.has_plan) job.context = model::canonical_context(row.text(4));
    read.plan = row.text(9);
    return read;
}

/// The jobs of completed one-shots, locked in the order of their keys, without those that have changed since.
std::vector<JobRow> lock_completed(Session& session, const std::vector<CompletedOneShot>& completed) {
    std::set<std::pair<JobKey, Instant>> schedules;
    for (const CompletedOneShot& one : completed) schedules.emplace(one.job, one.since);
    std::vector<JobKey> keys;
    for (const auto& [key, since] : schedules)
        if (keys.empty() || keys.back() != key) keys.push_back(key);
    std::vector<JobRow> rows;
    for (std::size_t at = 0; at < keys.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, keys.size() - at);
        const std::size_t size = list_size(count);
        Statement& select = session.prepare(
            fmt::format("select f_key_id, f_job_id, f_job_cron_time, f_job_type, case when f_plan is null "
                        "then f_job_context end, f_tenant_id, f_enabled, f_create_time, f_effective_from, "
                        "f_plan from t_cron_job where f_key_id in ({}) order by f_key_id{}",
                        placeholders(size), session.dialect().texts.for_update),
            std::string(size, 'i'), "ississiiis");
        for (std::size_t i = 0; i < size; ++i) select << keys[at + std::min(i, count - 1)].value();
        for (select.run(); select.fetch();) {
            JobRow row = read_completed_row(select);
            if (row.job.enabled && schedules.contains({row.job.key, row.job.effective_from}))
                rows.push_back(std::move(row));
        }
    }
    return rows;
}

/// Stores that the jobs are disabled; they have been changed at one instant.
void store_disabled(Session& session, const std::vector<model::Job>& jobs) {
    for (std::size_t at = 0; at < jobs.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, jobs.size() - at);
        const std::size_t size = list_size(count);
        const auto job = [&](std::size_t i) -> const model::Job& {
            return jobs[at + std::min(i, count - 1)];
        };
        std::string revisions;
        for (std::size_t i = 0; i < size; ++i) revisions += fmt::format(" when :k{0} then :r{0}", i);
        Statement& update = session.prepare(
            fmt::format("update t_cron_job set f_enabled = 0, f_update_time = :updated, f_effective_from = "
                        ":effective, f_revision = case f_key_id{} end where f_key_id in ({})",
                        revisions, placeholders(size)),
            std::string((3 * size) + 2, 'i'));
        update << to_unix_seconds(job(0).updated_at) << to_unix_millis(job(0).effective_from);
        for (std::size_t i = 0; i < size; ++i) update << job(i).key.value() << job(i).revision.value();
        for (std::size_t i = 0; i < size; ++i) update << job(i).key.value();
        update.run();
    }
}

}  // namespace

void disable_completed(Session& session, const std::vector<CompletedOneShot>& completed) {
    if (completed.empty()) return;
    ChangeWriter log(session, completed.size());
    std::vector<model::Job> disabled;
    for (const JobRow& before : lock_completed(session, completed)) {
        model::Job job = before.job;
        job.enabled = false;
        job.updated_at = whole_seconds(log.now());
        job.effective_from = log.now();
        job.revision = log.add("spent", job, &before);
        disabled.push_back(std::move(job));
    }
    store_disabled(session, disabled);
    log.finish();
}

}  // namespace ecron::store
