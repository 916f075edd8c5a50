#include "simulation/jobs.hpp"

#include <fmt/format.h>

#include "ecron/base/time.hpp"
#include "ecron/model/json.hpp"

namespace ecron::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kTenants[] = {"ada", "bob", "eve"};

std::string repeated_schedule(Dice& dice) {
    switch (dice.between(0, 11)) {
        case 0:
            return fmt::format("@every {}s", dice.between(20, 60));
        case 1:
            return fmt::format("@every {}s", dice.between(60, 300));
        case 2:
            return fmt::format("*/{} * * * * *", dice.pick({15, 20, 30}));
        case 3:
            return "* * * * *";
        case 4:
            return fmt::format("{} * * * * *", dice.between(0, 59));
        default:
            return fmt::format("{} {}/{} * * * *", dice.between(0, 59), dice.between(0, 3),
                               dice.between(2, 5));
    }
}

void choose_schedule(Dice& dice, model::Job& job, model::Plan& plan, Instant now, Millis span) {
    const bool once = dice.one_in(12);
    job.type = once ? model::JobType::timed : model::JobType::scheduled;
    if (once) {
        job.cron_time = dice.one_in(3)
                            ? repeated_schedule(dice)
                            : format_rfc3339(now + dice.between(Millis{2s}, std::max(span, Millis{10s})));
    } else {
        job.cron_time = repeated_schedule(dice);
    }
    plan.timezone = dice.one_in(8) ? "Europe/Berlin" : "";
    plan.jitter =
        dice.one_in(6) ? dice.between(Millis{1s}, dice.one_in(4) ? Millis{150s} : Millis{15s}) : Millis{0};
    plan.begin_at.reset();
    plan.end_at.reset();
    if (dice.one_in(15)) plan.begin_at = std::chrono::floor<Seconds>(now + dice.between(Millis{0}, span));
    if (dice.one_in(15))
        plan.end_at =
            std::chrono::floor<Seconds>(now + dice.between(Millis{10s}, std::max(span, Millis{20s})));
}

void choose_knobs(Dice& dice, model::Context& context) {
    using model::Misfire;
    using model::Overlap;
    model::Plan& plan = context.plan;
    if (dice.one_in(2)) plan.misfire = dice.pick({Misfire::once, Misfire::all, Misfire::skip});
    if (dice.one_in(2)) plan.misfire_grace = dice.pick({Millis{0}, Millis{1s}, Millis{5s}, Millis{20s}});
    plan.start_deadline.reset();
    if (dice.one_in(12)) plan.start_deadline = dice.between(Millis{1s}, Millis{30s});
    plan.overlap = dice.pick({Overlap::skip, Overlap::allow, Overlap::queue, Overlap::replace});
    plan.concurrency_key = dice.one_in(15) ? fmt::format("key-{}", dice.between(1, 3)) : "";
    plan.max_concurrency = static_cast<int>(dice.between(1, 3));
    context.timeout = dice.between(Millis{3s}, Millis{15s});
    context.retry = model::Retry{
        .max_attempts = static_cast<int>(dice.between(1, 3)), .initial = 1s, .multiplier = 2, .max = 5s};
    context.completion = dice.one_in(12) ? model::Completion::callback : model::Completion::automatic;
    context.callback_timeout = dice.between(Millis{5s}, Millis{20s});
    context.on_node_loss.reset();
    if (dice.one_in(5)) context.on_node_loss = model::NodeLoss::interrupt;
}

Definition define(model::Job job, const model::Context& context) {
    job.context = model::write_context(context);
    return {std::move(job), model::write_plan(context.plan)};
}

}  // namespace

Definition new_job(Dice& dice, std::int64_t number, Instant now, Millis span) {
    model::Job job{.id = JobId{fmt::format("job-{}", number)},
                   .name = fmt::format("name-{}", number),
                   .tenant = TenantId{std::string{dice.pick(kTenants)}},
                   .enabled = !dice.one_in(20),
                   .created_at = now,
                   .updated_at = now};
    model::Context context{.exec = "http://target.test/"};
    choose_schedule(dice, job, context.plan, now, span);
    choose_knobs(dice, context);
    return define(std::move(job), context);
}

void subscribe(Definition& definition) {
    model::Context context = model::read_context(definition.job.context).value_or(model::Context{});
    context.webhook = "http://receiver.test/";
    context.notify_on = {"executing", "success", "failure", "interrupt", "abandon",
                         "missed",    "late",    "skipped", "recovered", "running_long"};
    context.max_lateness = 2s;
    context.max_duration = 6s;
    definition.job.context = model::write_context(context);
}

Definition changed_job(Dice& dice, const model::Job& before, Instant now, Millis span) {
    model::Job job = before;
    job.updated_at = now;
    model::Context context = model::read_context(job.context).value_or(model::Context{});
    const auto what = dice.between(1, 10);
    if (what <= 5) choose_schedule(dice, job, context.plan, now, span);
    if (what >= 5) choose_knobs(dice, context);
    return define(std::move(job), context);
}

}  // namespace ecron::sim
