#include "store/change_log.hpp"

#include <fmt/format.h>

#include "ecron/base/json_writer.hpp"
#include "ecron/model/json.hpp"

namespace ecron::store {

namespace {

constexpr Counter kHead{.table = "t_cron_change_head", .column = "f_number", .condition = "f_id = 1"};

std::string replaced_json(const JobRow& before) {
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.member("cron_time", before.job.cron_time);
    json.member("plan", before.has_plan ? before.plan : model::write_plan(plan_of(before)));
    json.member("type", static_cast<std::int64_t>(before.job.type));
    json.key("enabled").boolean(before.job.enabled);
    json.key("old_service").boolean(!before.has_plan);
    json.member("created_at", to_unix_seconds(before.job.created_at));
    json.member("effective_from", to_unix_millis(before.job.effective_from));
    json.end_object();
    return text;
}

}  // namespace

ChangeLog::ChangeLog(Session& session, std::size_t expected)
    : session_(session),
      first_(session.advance_counter(kHead, static_cast<std::int64_t>(expected)) -
             static_cast<std::int64_t>(expected)),
      reserved_(expected),
      now_(session.recent_now()) {}

ChangeNumber ChangeLog::add(std::string_view kind, const model::Job& job, const JobRow* before) {
    const ChangeNumber number(first_ + static_cast<std::int64_t>(changes_.size()) + 1);
    changes_.push_back({.number = number,
                        .kind = std::string(kind),
                        .job_id = job.id,
                        .job_key = job.key,
                        .tenant = job.tenant,
                        .at = now_,
                        .replaced = before == nullptr ? std::string() : replaced_json(*before)});
    return number;
}

void ChangeLog::add(Change change) {
    change.number = ChangeNumber(first_ + static_cast<std::int64_t>(changes_.size()) + 1);
    change.at = now_;
    changes_.push_back(std::move(change));
}

void ChangeLog::set_key(ChangeNumber number, JobKey key) {
    changes_[static_cast<std::size_t>(number.value() - first_ - 1)].job_key = key;
}

void ChangeLog::finish() {
    if (changes_.size() != reserved_) {
        const auto made = static_cast<std::int64_t>(changes_.size());
        session_.advance_counter(kHead, made - static_cast<std::int64_t>(reserved_));
    }
    if (changes_.empty()) return;
    static const Rows kChangeRows{
        .head =
            "insert into t_cron_change (f_number, f_kind, f_job_id, f_job_key, f_tenant_id, "
            "f_at, f_replaced) values ",
        .types = "issisis"};
    session_.run_rows(
        kChangeRows, changes_.size(),
        [this](Statement& row, std::size_t i) {
            const Change& change = changes_[i];
            row << change.number.value() << change.kind << change.job_id.value() << change.job_key.value()
                << change.tenant.value() << to_unix_millis(change.at) << text_or_null(change.replaced);
        },
        [this](std::size_t i) { return 150 + changes_[i].replaced.size(); });
    for (const auto& [tenant, difference] : counts_) {
        if (difference == 0) continue;
        Statement& count =
            session_.prepare("update t_cron_tenant set f_jobs = f_jobs + :d where f_tenant_id = :t", "is");
        count << difference << tenant.value();
        if (count.run() > 0) continue;
        Statement& first =
            session_.prepare("insert into t_cron_tenant (f_tenant_id, f_jobs) values (:t, :n)", "si");
        first << tenant.value() << difference;
        first.run();
    }
}

model::Plan plan_of(const JobRow& row) {
    if (row.has_plan) return model::read_plan(row.plan).value_or(model::Plan{});
    const auto context = model::read_context(row.job.context);
    model::Plan plan = context ? context->plan : model::Plan{};
    plan.repeats = row.job.type == model::JobType::timed;
    return plan;
}

bool same_schedule(const JobRow& before, const model::Job& after, const model::Plan& plan_after) {
    const model::Plan plan = plan_of(before);
    return before.job.cron_time == after.cron_time && before.job.type == after.type &&
           before.job.enabled == after.enabled && plan.timezone == plan_after.timezone &&
           plan.dialect == plan_after.dialect && plan.dst == plan_after.dst &&
           plan.jitter == plan_after.jitter && plan.begin_at == plan_after.begin_at &&
           plan.end_at == plan_after.end_at && plan.repeats == plan_after.repeats;
}

}  // namespace ecron::store
