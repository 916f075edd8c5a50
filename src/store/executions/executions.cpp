#include "store/executions/executions.hpp"

#include <algorithm>

#include "ecron/model/attempts.hpp"
#include "ecron/model/json.hpp"
#include "ecron/store/refusal.hpp"
#include "store/executions/outcomes.hpp"
#include "store/executions/slots.hpp"
#include "store/outbox/outbox.hpp"
#include "store/retention/usage.hpp"
#include "store/sql/records.hpp"

namespace ecron::store {

namespace {

/// State transitions that a client may request for one of ecron's own executions.
bool may_become(model::ExecutionState from, model::ExecutionState to) {
    using enum model::ExecutionState;
    switch (from) {
        case pending:
            return to == executing || to == interrupt;
        case executing:
            return to != executing;
        case failure:
            return to == pending || to == interrupt;
        case success:
        case interrupt:
        case abandon:
        case unknown:
            return false;
    }
    return false;
}

void overwrite_history(Session& session, std::int64_t key, const model::Execution& execution) {
    Statement& update = session.prepare(
        "update t_cron_job_status set f_job_id = :job, f_job_type = :type, f_job_name = :name, f_job_status "
        "= :state, f_begin_time = :begin, f_end_time = :end, f_executor = :executor, f_execute_times = "
        ":times, f_ext_info = :ext, f_tenant_id = :tenant, f_is_deleted = :deleted, f_result = :result where "
        "f_key_id = :key",
        "sisiiisissisi");
    update << execution.job_id.value() << static_cast<int>(execution.job_type) << execution.job_name
           << static_cast<int>(execution.state) << seconds_or_zero(execution.begin_at)
           << seconds_or_zero(execution.end_at) << model::write_executors(execution.executors)
           << execution.execute_times << ext_info_without_result(execution) << execution.tenant.value()
           << execution.deleted << text_or_null(execution.result) << key;
    update.run();
}

bool ends_before_it_began(const model::Execution& now, const model::Execution& put) {
    return model::is_end(put.state) && put.end_at && now.begin_at && *put.end_at < *now.begin_at;
}

/// Records the end of the current attempt as the client reported it; its node may add details later.
void record_end(Session& session, const model::Execution& from, const model::Execution& to) {
    std::optional<model::Attempt> attempt = model::attempt_under_way(from);
    if (!attempt) return;
    attempt->end_at = std::max(attempt->begin_at, session.now());
    attempt->outcome = to.state;
    attempt->reason = kEndedByClient;
    const model::Attempt* const one = &*attempt;
    record_attempts(session, std::span(&one, 1));
}

/// Of ext_info, only members unknown to ecron are taken from the client; ecron keeps its own values of the
/// others.
void change_state(Session& session, const model::Execution& from, const model::Execution& to) {
    Statement& update = session.prepare(
        "update t_cron_job_status set f_job_status = :state, f_end_time = :end, f_result = coalesce(:result, "
        "f_result), f_ext_info = coalesce(:ext, f_ext_info) where f_key_id = :key",
        "iissi");
    std::optional<Instant> end_at;
    if (model::is_end(to.state)) end_at = to.end_at.value_or(session.now());
    model::Execution known = from;
    known.extra = to.extra;
    const std::string ext_info = to.extra.empty() ? std::string{} : ext_info_without_result(known);
    update << static_cast<int>(to.state) << seconds_or_zero(end_at) << text_or_null(to.result)
           << text_or_null(ext_info) << from.key;
    update.run();
}

std::optional<model::Execution> lock_row(Session& session, const ExecuteId& id) {
    Statement& select = session.prepare(std::string("select ") + std::string(kExecutionColumns) +
                                            " from t_cron_job_status where f_execute_id = :id" +
                                            std::string(session.dialect().texts.for_update),
                                        "s", kExecutionTypes);
    select << id.value();
    if (!select.first()) return std::nullopt;
    return read_execution_row(select);
}

/// Takes no locks, so that inserts of new ids do not wait for each other.
bool is_there(Session& session, const ExecuteId& id) {
    Statement& select = session.prepare("select 1 from t_cron_job_status where f_execute_id = :id", "s", "i");
    select << id.value();
    return select.first();
}

/// Returns the result, or a marker in its place if the execution's tenant has no capacity for it.
std::string with_room(Session& session, const ExecuteId& id, std::string result) {
    if (session.usage() == nullptr) return result;
    const std::vector<model::Execution> found = find_executions(session, std::span(&id, 1));
    const auto bytes = static_cast<std::int64_t>(result.size());
    if (found.empty()) return result;
    const TenantId& tenant = found.front().tenant;
    if (!session.usage()->has_room(tenant, bytes)) result = refused_result(no_room().what);
    const auto growth = static_cast<std::int64_t>(result.size() - found.front().result.size());
    session.usage()->wrote(tenant, growth, session.recent_now());
    return result;
}

}  // namespace

void PutExecutions::apply(Session& session) {
    result.emplace();
    bytes_ = 0;
    for (const model::Execution& execution : executions_) {
        if (!put(session, execution)) result->push_back(execution.id);
    }
}

/// Throws if the tenant has no capacity for the bytes. State changes of ecron's own executions are exempt.
void PutExecutions::take_room(Session& session, const TenantId& tenant, std::int64_t bytes) {
    if (session.usage() == nullptr || bytes <= 0) return;
    bytes_ += bytes;
    if (!session.usage()->has_room(tenant, bytes_)) throw WriteRejected(no_room());
}

bool PutExecutions::put(Session& session, const model::Execution& execution) {
    model::Execution put = execution;
    std::optional<model::Execution> stored = lock_row(session, put.id);
    if (tenant_) {
        put.tenant = *tenant_;
        const bool is_own = stored && stored->id == put.id && stored->tenant == *tenant_;
        const ExecuteId marked = model::marked_id(put.id, *tenant_);
        if (!is_own && (stored || is_there(session, marked))) {
            put.id = marked;
            stored = lock_row(session, put.id);
        }
    }
    if (!stored) {
        put.trigger = model::Trigger::history;
        take_room(session, put.tenant, stored_bytes(put));
        static const Rows shape{.head = kExecutionInsert, .types = kExecutionInsertTypes};
        session.run_rows(
            shape, 1, [&](Statement& row, std::size_t) { bind_execution(row, put); },
            [&](std::size_t) { return execution_bytes(put); });
        return true;
    }
    const model::Execution& now = *stored;
    if (now.id != put.id || (tenant_ && now.tenant != *tenant_)) return false;
    if (!tenant_ && !now.tenant.value().empty()) put.tenant = now.tenant;
    if (now.trigger == model::Trigger::history) {
        take_room(session, put.tenant, stored_bytes(put) - stored_bytes(now));
        overwrite_history(session, now.key, put);
        return true;
    }
    if (now.job_id != put.job_id || !may_become(now.state, put.state)) return false;
    if (ends_before_it_began(now, put)) return false;
    if (session.usage() != nullptr && !session.usage()->has_room(now.tenant, stored_bytes(put))) {
        if (!put.result.empty()) put.result = refused_result(no_room().what);
        put.extra.clear();
    }
    change_state(session, now, put);
    announce(session, now);
    if (!model::is_end(put.state)) return true;
    record_end(session, now, put);
    const model::Execution* const ended = &now;
    tell_leader(session, "cancel", std::span(&ended, 1), kStopEnded);
    const std::string_view id = put.id.value();
    free_slots(session, std::span(&id, 1));
    if (now.job_key.value() > 0 && now.execute_times > 0) last_states_.record(now.job_key, put.state);
    return true;
}

void PutExecutions::announce(Session& session, const model::Execution& changed) const {
    const auto found = announcements_.find(changed.id);
    if (found == announcements_.end()) return;
    std::vector<Announced> announced;
    for (const Announcement& announcement : found->second)
        announced.push_back({&changed.id, &changed.tenant, &announcement});
    insert_announcements(session, announced);
}

Result<void> record_result(Session& session, const ExecuteId& id, const std::string& reported,
                           NotifyLeader tell) {
    const std::string result = with_room(session, id, reported);
    // The report ends an execution that the previous service started; nothing else ends it. MySQL assigns the
    // columns in this order.
    Statement& update = session.prepare(
        "update t_cron_job_status set f_result = :result, f_end_time = case when f_job_status = 2 and "
        "coalesce(f_trigger, 0) = 0 then :now else f_end_time end, f_job_status = case when f_job_status = 2 "
        "and coalesce(f_trigger, 0) = 0 then 1 else f_job_status end where " +
            session.dialect().exactly("f_execute_id"),
        "siss");
    update << result << to_unix_seconds(session.now()) << id.value() << id.value();
    if (update.run() == 0) return fail(Errc::not_found, "this execution does not exist", {"execute_id"});
    if (tell == NotifyLeader::no) return {};
    const std::vector<model::Execution> found = find_executions(session, std::span(&id, 1));
    for (const model::Execution& execution : found) {
        const model::Execution* const one = &execution;
        tell_leader(session, "callback", std::span(&one, 1));
    }
    return {};
}

Result<bool> end_history(Session& session, const ExecuteId& id, model::ExecutionState end,
                         const std::string& reason) {
    std::optional<model::Execution> row = lock_row(session, id);
    const bool is_open =
        row && row->id == id && row->trigger == model::Trigger::history && !is_end(row->state);
    if (!is_open) return false;
    row->state = end;
    row->end_at = std::chrono::floor<Seconds>(std::max(session.now(), row->begin_at.value_or(session.now())));
    row->reason = reason;
    overwrite_history(session, row->key, *row);
    return true;
}

}  // namespace ecron::store
