#include "store/jobs/change_writer.hpp"

#include <fmt/format.h>

#include "ecron/base/json_writer.hpp"
#include "ecron/model/fields.hpp"
#include "ecron/model/json.hpp"
#include "store/retention/usage.hpp"

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

ChangeWriter::ChangeWriter(Session& session, std::size_t expected)
    : session_(session),
      first_(session.advance_counter(kHead, static_cast<std::int64_t>(expected)) -
             static_cast<std::int64_t>(expected)),
      reserved_(expected),
      now_(session.recent_now()) {}

ChangeNumber ChangeWriter::add(std::string_view kind, const model::Job& job, const JobRow* before) {
    const ChangeNumber number(first_ + static_cast<std::int64_t>(changes_.size()) + 1);
    changes_.push_back({.number = number,
                        .kind = std::string(kind),
                        .job_id = job.id,
                        .job_key = job.key,
                        .tenant = job.tenant,
                        .at = now_,
                        .replaced = before == nullptr ? std::string() : replaced_json(*before)});
    if (session_.options().messages)
        messages_.push_back({kJobTopic, job.id.value(), model::change_message(kind, job)});
    return number;
}

void ChangeWriter::add(Change change) {
    change.number = ChangeNumber(first_ + static_cast<std::int64_t>(changes_.size()) + 1);
    change.at = now_;
    changes_.push_back(std::move(change));
}

void ChangeWriter::set_key(ChangeNumber number, JobKey key) {
    changes_[static_cast<std::size_t>(number.value() - first_ - 1)].job_key = key;
}

void ChangeWriter::finish() {
    if (changes_.size() != reserved_) {
        const auto made = static_cast<std::int64_t>(changes_.size());
        session_.advance_counter(kHead, made - static_cast<std::int64_t>(reserved_));
    }
    if (changes_.empty()) return;
    static const Rows rows{
        .head =
            "insert into t_cron_change (f_number, f_kind, f_job_id, f_job_key, f_tenant_id, "
            "f_at, f_replaced) values ",
        .types = "issisis"};
    session_.run_rows(
        rows, changes_.size(),
        [this](Statement& row, std::size_t i) {
            const Change& change = changes_[i];
            row << change.number.value() << change.kind << change.job_id.value() << change.job_key.value()
                << change.tenant.value() << to_unix_millis(change.at) << text_or_null(change.replaced);
        },
        [this](std::size_t i) { return 150 + changes_[i].replaced.size(); });
    insert_messages(session_, messages_);
    for (const auto& [tenant, count] : counts_) {
        const auto [jobs, bytes] = count.difference;
        if (jobs == 0 && bytes == 0) continue;
        if (session_.usage() != nullptr) session_.usage()->jobs_hold(tenant, amount_of(tenant).bytes, now_);
        Statement& add = session_.prepare(
            "update t_cron_tenant set f_jobs = f_jobs + :d, f_bytes = f_bytes + :b where f_tenant_id = :t",
            "iis");
        add << jobs << bytes << tenant.value();
        if (add.run() > 0) continue;
        Statement& first = session_.prepare(
            "insert into t_cron_tenant (f_tenant_id, f_jobs, f_bytes) values (:t, :n, :b)", "sii");
        first << tenant.value() << jobs << bytes;
        first.run();
    }
}

ChangeWriter::Amount ChangeWriter::amount_of(const TenantId& tenant) {
    Count& count = counts_[tenant];
    if (!count.before) {
        Statement& read =
            session_.prepare("select f_jobs, f_bytes from t_cron_tenant where f_tenant_id = :t", "s", "ii");
        read << tenant.value();
        count.before = read.first() ? Amount{read.integer(0), read.integer(1)} : Amount{};
    }
    return {count.before->jobs + count.difference.jobs, count.before->bytes + count.difference.bytes};
}

Result<void> ChangeWriter::allow(const TenantId& tenant, Amount more) {
    const auto most_jobs = static_cast<std::int64_t>(session_.options().jobs_per_tenant);
    const auto most_bytes = static_cast<std::int64_t>(session_.options().bytes_per_tenant);
    if ((most_jobs == 0 || more.jobs <= 0) && (most_bytes == 0 || more.bytes <= 0)) return {};
    const Amount now = amount_of(tenant);
    if (most_jobs > 0 && more.jobs > 0 && now.jobs + more.jobs > most_jobs)
        return fail(Errc::denied, "the tenant has reached its limit of jobs", {"limit_jobs"});
    const std::int64_t others = session_.usage() == nullptr ? 0 : session_.usage()->history(tenant);
    if (most_bytes > 0 && more.bytes > 0 && others + now.bytes + more.bytes > most_bytes)
        return std::unexpected(no_room());
    return {};
}

void ChangeWriter::count(const TenantId& tenant, Amount difference) {
    Amount& sum = counts_[tenant].difference;
    sum.jobs += difference.jobs;
    sum.bytes += difference.bytes;
}

model::Plan plan_of(const JobRow& row) {
    if (row.has_plan) return model::read_plan(row.plan).value_or(model::Plan{});
    const auto context = model::read_context(row.job.context);
    model::Plan plan = context ? context->plan : model::Plan{};
    plan.repeats = row.job.type == model::JobType::timed;
    return plan;
}

bool same_schedule(const JobRow& before, const model::Job& after, const model::Plan& plan_after) {
    return before.job.cron_time == after.cron_time && before.job.type == after.type &&
           before.job.enabled == after.enabled && model::same_occurrences(plan_of(before), plan_after);
}

}  // namespace ecron::store
