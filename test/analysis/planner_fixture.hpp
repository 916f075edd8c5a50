#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "ecron/analysis/planner.hpp"

/// Helpers for planner tests. Instants are written as "01-05 10:07:30" (of 2026, UTC).
namespace ecron::analysis::test {

inline Instant at(std::string_view text) {
    const std::string full = "2026-" + std::string{text.substr(0, 5)} + "T" + std::string{text.substr(6)} +
                             (text.size() < 14 ? ":00Z" : "Z");
    const auto instant = parse_rfc3339(full);
    REQUIRE(instant);
    return *instant;
}

inline std::string shown(Instant instant) {
    const std::string full = format_rfc3339_millis(instant);  // 2026-01-05T10:07:30.000Z
    std::string text = full.substr(5, 5) + " " + full.substr(11, 8);
    if (full.substr(20, 3) != "000") text += full.substr(19, 4);
    return text;
}

inline cron::Schedule schedule(std::string_view text) {
    cron::ParseOptions options;
    options.anchor = at("01-01 00:00");
    auto parsed = cron::parse(text, options);
    INFO(text << ": " << (parsed ? "" : parsed.error().reason));
    REQUIRE(parsed);
    return parsed->schedule;
}

/// A planner with a clock. Jobs are identified by number, runs by job and scheduled time. Claims are
/// committed immediately unless `commits` is false.
class World {
public:
    explicit World(std::string_view start, PlannerOptions options = {})
        : now{at(start)},
          planner{now, options} {}

    void job(std::int64_t key, std::string_view cron, JobPolicy policy = {}) {
        job_from(key, cron, now, policy);
    }
    void job_of(Group tenant, std::int64_t key, std::string_view cron, JobPolicy policy = {}) {
        PlannedJob planned = described(key, cron, policy);
        planned.tenant = tenant;
        planner.upsert(planned, now);
    }
    void job_from(std::int64_t key, std::string_view cron, Instant from, JobPolicy policy = {}) {
        planner.upsert(described(key, cron, policy), from);
    }
    static PlannedJob described(std::int64_t key, std::string_view cron, JobPolicy policy = {}) {
        return {
            .key = JobKey{key}, .schedule = schedule(cron), .policy = policy, .tenant = 7, .jitter_seed = 1};
    }

    /// Advances the clock by the planner's own wake-ups; returns the decisions, one per line.
    std::vector<std::string> until(std::string_view text) { return until(at(text)); }
    std::vector<std::string> until(Instant goal) {
        std::vector<std::string> lines;
        for (;;) {
            const auto wake = planner.progress().next_wake;
            const bool more = room > 0 && wake && *wake <= goal;
            now = more ? std::max(now, *wake) : goal;
            const std::size_t before = lines.size();
            step(lines);
            if (!more && (lines.size() == before || room == 0)) return lines;
        }
    }
    /// One advance at another time.
    std::vector<std::string> jump(std::string_view text) {
        now = at(text);
        std::vector<std::string> lines;
        step(lines);
        return lines;
    }

    /// Returns the next occurrence of a job that is to be decided.
    [[nodiscard]] std::optional<Instant> next_of(std::int64_t key) const {
        const auto plan = planner.find(JobKey{key});
        return plan ? plan->next : std::nullopt;
    }
    [[nodiscard]] RunId run(std::string_view name) const { return runs.at(std::string{name}); }
    void ended(std::string_view name) { planner.report(run(name), Ended{}); }
    RunId run_now(std::int64_t key, JobPolicy policy = {}) {
        const RunId id = planner.add({.job = JobKey{key}, .due = now, .policy = policy});
        remember(id, "now" + std::to_string(++asked_));
        return id;
    }
    RunId adopt(std::int64_t key, std::string_view scheduled_at, ExternalRun::State state,
                JobPolicy policy = {}, Group tenant = {}) {
        const RunId id =
            planner.add({JobKey{key}, at(scheduled_at), at(scheduled_at), state, policy, tenant});
        remember(id, std::to_string(key) + "@" + std::string{scheduled_at});
        return id;
    }

    Instant now;
    Planner planner;
    std::size_t room{1'000};
    std::map<Group, std::size_t> room_of;  // of tenants with a lower limit
    bool commits{true};
    std::vector<Claim> claims;  // all claims
    std::map<std::string, RunId> runs;

private:
    void remember(RunId id, const std::string& name) {
        runs[name] = id;
        names_[id.value()] = name;
    }
    void step(std::vector<std::string>& lines) {
        std::vector<Decision> decisions;
        const auto of_tenant = [this](Group tenant) {
            const auto found = room_of.find(tenant);
            return found == room_of.end() ? room : found->second;
        };
        planner.advance(now, {room, of_tenant}, decisions);
        for (const Decision& decision : decisions)
            lines.push_back(std::visit([this](const auto& one) { return told(one); }, decision));
    }
    std::string told(const Claim& claim) {
        claims.push_back(claim);
        remember(claim.run, std::to_string(claim.job.value()) + "@" + shown(claim.scheduled_at));
        if (commits) planner.report(claim.run, Committed{});
        return "claim " + names_.at(claim.run.value()) + (claim.spent ? " spent" : "");
    }
    std::string told(const Start& one) { return "start " + names_.at(one.run.value()); }
    std::string told(const Refuse& one) {
        return "refuse " + names_.at(one.run.value()) + " " + std::string{one.reason};
    }
    std::string told(const Withdraw& one) { return "withdraw " + names_.at(one.run.value()); }
    std::string told(const Stop& one) {
        return "stop " + names_.at(one.run.value()) + " " + std::string{one.reason};
    }
    std::string told(const Expire& one) { return "expire " + names_.at(one.run.value()); }
    std::string told(const Missed& one) {
        return "missed " + std::to_string(one.job.value()) + "@" + shown(one.from) + " to " + shown(one.to) +
               " " + std::to_string(one.count);
    }

    std::map<std::uint64_t, std::string> names_;
    int asked_{0};
};

using Lines = std::vector<std::string>;

}  // namespace ecron::analysis::test
