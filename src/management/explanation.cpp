#include "management/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ecron/cron/schedule.hpp"
#include "ecron/model/occurrences.hpp"

namespace ecron::management {
namespace {

constexpr Seconds kSpan{1};

/// The definition of the job at an instant, and the changes around it.
struct Then {
    std::optional<Definition> definition{};  // nullopt: the job did not exist
    const store::Change* since{nullptr};     // the change that created this definition
    const store::Change* replaced{nullptr};  // the change that replaced it
};

Then back_then(const Evidence& evidence) {
    Then then{.definition = evidence.current};
    for (const store::Change& change : evidence.changes) {
        if (change.is_pause() || change.is_request()) continue;
        if (change.at <= evidence.at) {
            then.since = &change;
            break;
        }
        then.replaced = &change;
        if (change.kind == "create") {
            then.definition.reset();
            continue;
        }
        const auto schedule = store::read_replaced(change);
        if (!schedule) continue;
        const bool dated = schedule->created_at > Instant{};
        const Instant created_at = dated              ? schedule->created_at
                                   : evidence.current ? evidence.current->created_at
                                                      : Instant{};
        then.definition = Definition{.cron_time = schedule->cron_time,
                                     .type = schedule->type,
                                     .mode = evidence.current ? evidence.current->mode : model::Mode::http,
                                     .plan = model::read_plan(schedule->plan).value_or(model::Plan{}),
                                     .enabled = schedule->enabled,
                                     .created_at = created_at};
    }
    return then;
}

/// Returns the pause in effect when an occurrence is due, of all tenants or of this one.
const store::Change* pause_at(const Evidence& evidence, Instant due) {
    std::vector<TenantId> told;
    for (const store::Change& change : evidence.changes) {
        if (!change.is_pause() || change.at >= due) continue;
        if (std::ranges::find(told, change.tenant) != told.end()) continue;
        if (change.kind == "pause") return &change;
        told.push_back(change.tenant);
    }
    return nullptr;
}

Explanation of_run(const model::Execution& run) {
    using enum model::ExecutionState;
    const bool started = run.execute_times > 0;
    Explanation told{.execution = run};
    switch (run.state) {
        case success:
            told.verdict = Verdict::ran;
            told.text = "It ran, with success.";
            break;
        case abandon:
            told.verdict = Verdict::ran;
            told.text = "It ran and was given up after its last attempt.";
            break;
        case executing:
            told.verdict = Verdict::running;
            told.text = "It runs.";
            break;
        case failure:
            told.verdict = Verdict::waiting;
            told.text = "An attempt failed, the next one waits for its time.";
            break;
        case pending:
            told.verdict = Verdict::waiting;
            told.text = started ? "It waits for its next attempt." : "It is claimed and has not started yet.";
            break;
        case unknown:
            told.verdict = Verdict::refused;
            told.text = "Its row holds a state that is unknown.";
            break;
        case interrupt:
            told.verdict = started ? Verdict::ran : Verdict::refused;
            told.text = started ? "It ran and was interrupted." : "It was planned and ended without a run.";
            break;
    }
    if (!run.reason.empty()) told.text += fmt::format(" Reason: {}.", run.reason);
    return told;
}

std::string when(const store::Change* change) {
    return change == nullptr ? std::string() : fmt::format(" since {}", format_rfc3339(change->at));
}

std::optional<store::Change> copy_of(const store::Change* change) {
    return change == nullptr ? std::nullopt : std::optional(*change);
}

Explanation not_planned(const Definition& definition, std::string_view reason) {
    return {.verdict = Verdict::not_planned,
            .text = fmt::format("The job is not planned: {}.", reason),
            .definition = definition};
}

/// The job's definition was enabled: evaluates its schedule at the instant.
Explanation of_schedule(const Evidence& evidence, const Then& then, const cron::Schedule& schedule) {
    const Definition& definition = *then.definition;
    const model::Occurrences occurrences = occurrences_of(schedule, definition.plan, evidence.job);
    // A job that runs once has no occurrence after the next one.
    const bool once = model::runs_once(definition.type, definition.plan);
    const Instant last = once ? occurrences.next(evidence.now).value_or(Instant::max()) : Instant::max();
    Explanation told{.definition = definition,
                     .previous = occurrences.previous(evidence.at),
                     .next = occurrences.next(evidence.at + kSpan - Millis{1})};
    if (told.previous && *told.previous <= definition.created_at) told.previous.reset();
    if (told.next && *told.next > last) told.next.reset();
    const std::optional<Instant> named = model::Occurrences{schedule}.next(evidence.at - Millis{1});
    const bool is_named =
        named && *named < evidence.at + kSpan && *named > definition.created_at && *named <= last;
    if (!is_named) {
        told.verdict = Verdict::not_named;
        told.text = "The job's schedule did not name this instant.";
        told.change = copy_of(then.replaced);
        if (then.replaced != nullptr)
            told.text += fmt::format(" It was changed afterwards, at {}.", format_rfc3339(then.replaced->at));
        return told;
    }
    const Instant due = occurrences.due(*named);
    const store::Change* const pause = pause_at(evidence, due);
    const bool paused_now = evidence.paused_since && *evidence.paused_since < due;
    if (once && evidence.missed.empty() && occurrences.contains(*named)) told.next.reset();
    if (!evidence.missed.empty()) {
        told.verdict = Verdict::missed;
        told.missed = evidence.missed.front();
        const auto others = told.missed->count - 1;
        told.text = fmt::format(
            "It was missed{}: the job was not started in time and its misfire policy passed it "
            "over.",
            others == 0   ? ""
            : others == 1 ? ", as was one other occurrence"
                          : fmt::format(", as were {} other occurrences", others));
    } else if (!occurrences.contains(*named)) {
        told.verdict = Verdict::outside_window;
        told.text = "The instant lies outside the job's begin_at and end_at.";
    } else if (pause != nullptr || paused_now) {
        told.verdict = Verdict::paused;
        told.change = copy_of(pause);
        told.text = "Scheduling was paused" + when(pause) + ".";
    } else if (due > evidence.now) {
        told.verdict = Verdict::to_come;
        told.text = "It is still to come.";
    } else if (evidence.planned_until && *evidence.planned_until < occurrences.claim_by(*named)) {
        told.verdict = Verdict::not_planned_yet;
        told.text = fmt::format("Planning has come to {} and is still to decide it.",
                                format_rfc3339_millis(*evidence.planned_until));
    } else if (evidence.planned_until &&
               *evidence.planned_until > evidence.now + store::kWatermarkTolerance) {
        told.verdict = Verdict::not_planned_yet;
        told.text = fmt::format(
            "Planning has come to {}, which is ahead of the clock, and continues when it is set back.",
            format_rfc3339_millis(*evidence.planned_until));
    } else if (then.replaced != nullptr) {
        told.verdict = Verdict::changed;
        told.change = copy_of(then.replaced);
        told.text = fmt::format("The job was changed ({}) at {}, before the run began.", then.replaced->kind,
                                format_rfc3339(then.replaced->at));
    } else {
        told.verdict = Verdict::forgotten;
        told.text = "It was planned; its record is no longer kept.";
    }
    return told;
}

}  // namespace

std::string_view to_text(Verdict verdict) {
    switch (verdict) {
        case Verdict::ran:
            return "ran";
        case Verdict::running:
            return "running";
        case Verdict::waiting:
            return "waiting";
        case Verdict::refused:
            return "refused";
        case Verdict::missed:
            return "missed";
        case Verdict::not_created:
            return "not_created";
        case Verdict::deleted:
            return "deleted";
        case Verdict::disabled:
            return "disabled";
        case Verdict::not_planned:
            return "not_planned";
        case Verdict::on_request:
            return "on_request";
        case Verdict::not_named:
            return "not_named";
        case Verdict::outside_window:
            return "outside_window";
        case Verdict::paused:
            return "paused";
        case Verdict::to_come:
            return "to_come";
        case Verdict::not_planned_yet:
            return "not_planned_yet";
        case Verdict::changed:
            return "changed";
        case Verdict::forgotten:
            return "forgotten";
    }
    return "";
}

Explanation explain(const Evidence& evidence, const model::Rules& rules) {
    // A planned run takes precedence over one that was requested in the same second.
    const auto run = std::ranges::max_element(evidence.runs, {}, [](const model::Execution& one) {
        return one.trigger == model::Trigger::schedule;
    });
    const Then then = back_then(evidence);
    if (run != evidence.runs.end()) {
        Explanation told = of_run(*run);
        told.definition = then.definition;
        return told;
    }
    if (!then.definition) {
        const bool later = then.replaced != nullptr;
        const store::Change* const change = later ? then.replaced : then.since;
        return {.verdict = later ? Verdict::not_created : Verdict::deleted,
                .text = later ? "The job was created later." : "The job was deleted before.",
                .change = copy_of(change)};
    }
    const Definition& definition = *then.definition;
    // Created by the previous service, which recorded no changes.
    if (definition.created_at >= evidence.at + kSpan)
        return {.verdict = Verdict::not_created, .text = "The job was created later."};
    if (!definition.enabled) {
        const bool spent = then.since != nullptr && then.since->kind == "spent";
        return {.verdict = Verdict::disabled,
                .text = (spent ? "The job had run once and was disabled" : "The job was disabled") +
                        when(then.since) + ".",
                .change = copy_of(then.since),
                .definition = definition};
    }
    if (const std::string_view reason = model::unplannable(definition.type, definition.mode); !reason.empty())
        return not_planned(definition, reason);
    if (definition.cron_time.empty())
        return {.verdict = Verdict::on_request,
                .text = "The job has no schedule and runs when it is told.",
                .definition = definition};
    const auto schedule =
        model::schedule_of(definition.cron_time, definition.type, definition.plan, evidence.job,
                           definition.created_at, rules, cron::Strictness::takeover);
    if (!schedule) return not_planned(definition, schedule.error().reason);
    return of_schedule(evidence, then, schedule->schedule);
}

}  // namespace ecron::management
