#include "ecron/demo/week.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <random>

#include "demo/jobs.hpp"
#include "ecron/base/json_writer.hpp"
#include "ecron/base/uuid.hpp"
#include "ecron/model/occurrences.hpp"

namespace ecron::demo {
namespace {

using model::ExecutionState;
using PastExecution = store::Content::PastExecution;
using PastJob = store::Content::PastJob;

constexpr Millis kSecond{1'000}, kMinute{60'000}, kHour{3'600'000}, kDay{86'400'000};
constexpr Millis kWeek = 7 * kDay;
constexpr std::string_view kSeed = "ecron demo";
/// Ids begin with an instant.
constexpr Instant kFirstVersion{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}};
/// Ecron did not run during this time, two days before the start of the demo.
constexpr Millis kOutageBegan = 2 * kDay + 50 * kMinute, kOutageEnded = 2 * kDay;
constexpr Millis kBrokenSince = 19 * kHour;
constexpr double kFlakyFails = 0.12, kRarelyFails = 0.004;
constexpr int kMaxAttempts = 3;

/// A seeded generator with the same numbers on every platform.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : generator_(seed) {}
    double uniform() { return static_cast<double>(generator_() >> 11U) / 9007199254740992.0; }
    bool chance(double probability) { return uniform() < probability; }
    Millis between(Millis from, Millis to) {
        return from + Millis{std::llround(uniform() * static_cast<double>((to - from).count()))};
    }
    /// About `usual`: half of the values are within 20 % of it, few are much longer.
    Millis around(int usual) {
        double sum = -3;  // of six: nearly normal
        for (int i = 0; i < 6; ++i) sum += uniform();
        return Millis{std::max<std::int64_t>(3, std::llround(usual * std::exp(0.4 * sum)))};
    }

private:
    std::mt19937_64 generator_;
};

/// The history of one job, one occurrence after another.
class History {
public:
    History(PastJob& past, const Family& family, Behaviour behaviour, const NodeId& node, Instant now,
            Dice& dice)
        : past_(past),
          family_(family),
          behaviour_(behaviour),
          node_(node),
          now_(now),
          dice_(dice) {}

    void follow(const model::Occurrences& occurrences, const model::Plan& plan) {
        const Instant begin = now_ - kOutageBegan, end = now_ - kOutageEnded;
        std::vector<Instant> missed;
        for (auto next = occurrences.next(past_.job.created_at); next && *next < now_;
             next = occurrences.next(*next)) {
            if (*next >= begin && *next < end) {
                missed.push_back(*next);
                continue;
            }
            if (!missed.empty()) catch_up(std::exchange(missed, {}), plan);
            run(*next, occurrences.due(*next), plan);
        }
        if (!missed.empty()) catch_up(missed, plan);
    }

    void request(Instant at) {
        PastExecution done = begin_one(model::Trigger::manual, at);
        if (dice_.chance(0.1))
            cancel(done, at);
        else
            attempt_until_end(done, at + lateness());
        add(std::move(done));
    }

private:
    /// After the outage: each missed occurrence runs, or the newest, or none; a summary covers the others.
    void catch_up(std::vector<Instant> missed, const model::Plan& plan) {
        const auto policy = plan.misfire.value_or(model::Misfire::once);
        const Instant restart = now_ - kOutageEnded;
        if (policy == model::Misfire::all) {
            for (const Instant at : missed) run(at, at, plan, restart);
            return;
        }
        std::string represented;
        const Instant newest = missed.back();
        if (policy == model::Misfire::once) missed.pop_back();
        if (!missed.empty()) {
            const store::Missed summary{.job = {},
                                        .from = missed.front(),
                                        .to = missed.back(),
                                        .count = static_cast<std::int64_t>(missed.size()),
                                        .reason = "misfire"};
            past_.missed.push_back(summary);
            JsonWriter json{represented};
            json.begin_object().member("from", format_rfc3339_millis(summary.from));
            json.member("to", format_rfc3339_millis(summary.to)).member("count", summary.count).end_object();
        }
        if (policy == model::Misfire::once) run(newest, newest, plan, restart, represented);
    }

    void run(Instant scheduled, Instant due, const model::Plan& plan, Instant not_before = {},
             std::string missed = {}) {
        PastExecution done = begin_one(model::Trigger::schedule, due);
        done.execution.scheduled_at = scheduled;
        done.execution.missed = std::move(missed);
        Instant begin = std::max(due, not_before) + lateness();
        const bool is_busy = busy_until_ > begin;
        const auto overlap = plan.overlap.value_or(model::Overlap::skip);
        if (is_busy && overlap == model::Overlap::skip) {
            skip(done, begin);
        } else {
            if (is_busy && overlap == model::Overlap::queue) begin = busy_until_;
            attempt_until_end(done, begin);
        }
        add(std::move(done));
    }

    PastExecution begin_one(model::Trigger trigger, Instant due) const {
        PastExecution done;
        done.execution.trigger = trigger;
        done.execution.due = due;
        done.execution.attempt = 1;
        done.execution.node = node_;
        return done;
    }

    Millis lateness() {
        if (dice_.chance(0.003)) return dice_.between(3 * kSecond, 40 * kSecond);  // the node was busy
        return dice_.between(Millis{2}, Millis{35});
    }

    static void skip(PastExecution& done, Instant at) {
        done.execution.state = ExecutionState::interrupt;
        done.execution.reason = "overlap";
        done.execution.end_at = at;
    }

    void attempt_until_end(PastExecution& done, Instant begin) {
        done.execution.begin_at = begin;
        for (int number = 1;; ++number) {
            model::Attempt attempt = attempt_at(begin, number);
            const bool is_good = attempt.outcome == ExecutionState::success;
            const Instant end = attempt.end_at;
            record(done, std::move(attempt));
            if (is_good || number == kMaxAttempts) {
                end_with(done, is_good ? ExecutionState::success : ExecutionState::abandon, end);
                return;
            }
            begin = end + dice_.between(kSecond / 2, kSecond * (1 << number));
        }
    }

    void cancel(PastExecution& done, Instant begin) {
        done.execution.begin_at = begin;
        model::Attempt attempt = attempt_at(begin, 1);
        attempt.end_at = begin + (attempt.end_at - attempt.begin_at) / 2;
        attempt.outcome = ExecutionState::interrupt;
        attempt.code = 0;
        attempt.reason = "cancelled";
        attempt.detail.clear();
        attempt.output.clear();
        const Instant end = attempt.end_at;
        record(done, std::move(attempt));
        end_with(done, ExecutionState::interrupt, end);
    }

    bool fails(Instant at) {
        switch (behaviour_) {
            case Behaviour::broken:
                return at >= now_ - kBrokenSince || dice_.chance(kRarelyFails);
            case Behaviour::flaky:
                return dice_.chance(kFlakyFails);
            case Behaviour::steady:
                break;
        }
        return dice_.chance(kRarelyFails);
    }

    model::Attempt attempt_at(Instant begin, int number) {
        const bool is_bad = fails(begin);
        const Millis total =
            is_bad ? dice_.around(family_.usual_ms / 10 + 20) : dice_.around(family_.usual_ms);
        model::Attempt attempt{.number = number, .begin_at = begin, .end_at = begin + total, .node = node_};
        attempt.outcome = is_bad ? ExecutionState::failure : ExecutionState::success;
        attempt.code = !is_bad ? 200 : behaviour_ == Behaviour::broken ? 503 : 500;
        attempt.output = !is_bad ? fmt::format(R"({{"status":"done","rows":{}}})",
                                               dice_.between(Millis{}, Millis{5'000}).count())
                         : behaviour_ == Behaviour::broken
                             ? R"({"error":"upstream unavailable","retry":true})"
                             : R"({"error":"connection pool exhausted"})";
        if (is_bad) attempt.reason = fmt::format("the target answered {}", attempt.code);
        attempt.detail = detail_of(total, attempt.output.size());
        return attempt;
    }

    std::string detail_of(Millis total, std::size_t bytes) {
        const double connect = 0.2 + dice_.uniform();
        std::string text;
        JsonWriter json{text};
        json.begin_object().member("address", "127.0.0.1").member("http", "1.1");
        json.member("body_size", static_cast<std::int64_t>(bytes)).key("timing_ms").begin_object();
        json.key("dns").raw("0").key("connect").raw(fmt::format("{:.3f}", connect)).key("tls").raw("0");
        json.key("first_byte").raw(fmt::format("{:.3f}", static_cast<double>(total.count()) - 0.1));
        json.key("total").raw(fmt::format("{:.3f}", static_cast<double>(total.count()))).end_object();
        json.key("headers")
            .begin_object()
            .member("Content-Type", "application/json")
            .end_object()
            .end_object();
        return text;
    }

    void record(PastExecution& done, model::Attempt attempt) {
        model::add_executor(done.execution, {.executor_id = node_.value(), .executed_at = attempt.begin_at});
        done.execution.attempt = attempt.number;
        done.execution.execute_times = attempt.number;
        done.execution.reason = attempt.reason;
        done.attempts.push_back(std::move(attempt));
    }

    void end_with(PastExecution& done, ExecutionState state, Instant end) {
        done.execution.state = state;
        done.execution.end_at = end;
        busy_until_ = std::max(busy_until_, end);
    }

    /// What would still be running now is not part of the past.
    void add(PastExecution done) {
        if (*done.execution.end_at < now_) past_.history.push_back(std::move(done));
    }

    PastJob& past_;
    const Family& family_;
    const Behaviour behaviour_;
    const NodeId& node_;
    const Instant now_;
    Dice& dice_;
    Instant busy_until_{};
};

/// "Import orders from {}" → "import-orders-from"
std::string slug_of(std::string_view text) {
    std::string slug;
    for (const char c : text) {
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9'))
            slug += lower;
        else if (!slug.empty() && slug.back() != '-')
            slug += '-';
    }
    if (slug.ends_with('-')) slug.pop_back();
    return slug;
}

std::string_view path_of(Behaviour behaviour) {
    switch (behaviour) {
        case Behaviour::steady:
            return "steady";
        case Behaviour::flaky:
            return "flaky";
        case Behaviour::broken:
            return "broken";
    }
    return "";
}

/// The unusual item of a family that is otherwise steady is flaky if it runs often, and broken if it does
/// not.
Behaviour behaviour_of(const Family& family, std::string_view item) {
    if (item != family.unusual) return family.behaviour;
    const bool is_frequent = family.cron.starts_with('*') || family.behaviour == Behaviour::flaky;
    return is_frequent && family.area != "inventory" ? Behaviour::flaky : Behaviour::broken;
}

std::string name_of(const Family& family, std::string_view item) {
    return fmt::format(fmt::runtime(family.name), item);
}

/// The definition as a client would send it.
std::string definition(const Family& family, std::string_view item, const std::string& target_url) {
    std::string text;
    JsonWriter json{text};
    json.begin_object().member("job_name", name_of(family, item));
    json.member("job_type", family.cron.empty() ? "real-time" : "scheduled")
        .member("job_cron_time", family.cron);
    json.key("enabled")
        .boolean(family.enabled)
        .member("remarks", family.remarks)
        .key("job_context")
        .begin_object();
    json.member("mode", "http");
    json.member("exec", fmt::format("{}/{}/{}/{}?ms={}", target_url, path_of(behaviour_of(family, item)),
                                    family.area, slug_of(name_of(family, item)), family.usual_ms));
    json.key("info").begin_object().member("method", family.method).end_object();
    if (!family.timezone.empty()) json.member("timezone", family.timezone);
    json.key("labels").begin_object().member("area", family.area).member("team", family.team).end_object();
    json.end_object().end_object();
    if (!family.policies.empty()) text.insert(text.size() - 2, fmt::format(",{}", family.policies));
    return text;
}

std::vector<std::string_view> split(std::string_view items) {
    constexpr std::string_view kSeparator = ", ";
    std::vector<std::string_view> out;
    for (;;) {
        const std::size_t end = items.find(kSeparator);
        out.push_back(items.substr(0, end));
        if (end == items.npos) return out;
        items.remove_prefix(end + kSeparator.size());
    }
}

}  // namespace

store::Content week_before(Instant now, const std::string& target_url, const TenantId& tenant,
                           const NodeId& node, const model::Rules& rules) {
    store::Content content;
    Dice dice{1};
    for (const Family& family : families())
        for (const std::string_view item : split(family.items)) {
            const JobId id{keyed_uuid(kSeed, name_of(family, item), kFirstVersion)};
            const auto input = model::read_job(definition(family, item, target_url), model::Purpose::store,
                                               rules, now - kWeek, nullptr, id);
            assert(input.has_value());
            PastJob& past = content.jobs.emplace_back();
            past.job = input->job;
            past.job.id = id;
            past.job.tenant = tenant;
            // Jobs that run each minute are younger, so that the demo starts quickly.
            const bool is_young = family.cron.starts_with("* ");
            past.job.created_at = floor<Seconds>(now) - (is_young ? kDay : kWeek);
            past.job.updated_at = past.job.created_at;
            past.plan = model::write_plan(input->context.plan);
            History history{past, family, behaviour_of(family, item), node, now, dice};
            if (!family.enabled) continue;
            if (input->schedule)
                history.follow(model::occurrences_of(*input->schedule, input->context.plan, id),
                               input->context.plan);
            else
                for (Instant at = past.job.created_at + kHour; at < now;
                     at += dice.between(2 * kHour, 60 * kHour))
                    history.request(at);
        }
    return content;
}

}  // namespace ecron::demo
