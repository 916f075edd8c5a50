#include "analysis/scheduler/execution_signals.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "ecron/base/log.hpp"
#include "ecron/base/uuid.hpp"

using namespace ecron;
using namespace ecron::analysis;
using model::ExecutionState;

namespace {

struct Given {
    Given() { REQUIRE(log::configure({.level = log::Level::error, .file = "/dev/null"})); }

    void stored(const std::string& tenant, ExecutionState state, std::string_view reason,
                JobKey job = JobKey{1}) {
        store::Outcome outcome;
        outcome.after.state = state;
        outcome.after.tenant = TenantId{tenant};
        outcome.after.job_key = job;
        outcome.after.job_name = "job " + std::to_string(job.value());
        signals.stored(outcome, reason);
    }

    ManualClock clock{parse_rfc3339("2026-01-01T00:00:00Z").value()};
    ExecutionSignals signals{clock, {.tenants = 2, .jobs = 2}};
};

std::string_view reason(model::Mode mode, int code, bool timed_out = false) {
    execution::Task task;
    task.context.mode = mode;
    execution::AttemptResult result;
    result.code = code;
    result.timed_out = timed_out;
    model::Execution after;
    after.state = ExecutionState::abandon;
    return reason_of(after, &task, &result);
}

std::string_view reason(ExecutionState state, const std::string& text) {
    model::Execution after;
    after.state = state;
    after.reason = text;
    return reason_of(after, nullptr, nullptr);
}

}  // namespace

TEST_CASE("the reason of an outcome is one of a fixed set", "[scheduler]") {
    using enum model::Mode;
    CHECK(reason(http, 503) == "status_5xx");
    CHECK(reason(https, 404) == "status_4xx");
    CHECK(reason(http, 302) == "status_other");
    CHECK(reason(http, 0) == "no_response");
    CHECK(reason(http, 0, true) == "timeout");
    CHECK(reason(exe, 3) == "exit_code");
    CHECK(reason(exe, 0) == "not_completed");
    CHECK(reason(ExecutionState::success, "") == "");
    CHECK(reason(ExecutionState::interrupt, "overlap") == "overlap");
    CHECK(reason(ExecutionState::interrupt, "cancelled by ann") == "cancelled");
    CHECK(reason(ExecutionState::interrupt, "a text of a client") == "other");
    CHECK(reason(ExecutionState::pending, "") == "node_lost");
}

TEST_CASE("a failure without a code is logged without one", "[scheduler]") {
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / ("ecron-signals-" + random_uuid());
    Given given;
    REQUIRE(log::configure({.level = log::Level::info, .file = file}));
    store::Outcome outcome;
    outcome.after.state = ExecutionState::failure;
    outcome.after.reason = "command not found: nope";
    outcome.record.emplace();
    given.signals.stored(outcome, "not_completed");
    outcome.record->code = 3;
    outcome.after.reason = "exit code 3";
    given.signals.stored(outcome, "exit_code");
    REQUIRE(log::configure({.level = log::Level::error, .file = "/dev/null"}));
    std::ifstream in{file};
    std::string without, with;
    std::getline(in, without);
    std::getline(in, with);
    CHECK_THAT(without, Catch::Contains("command not found: nope") && !Catch::Contains("code="));
    CHECK_THAT(with, Catch::Contains("code=3"));
    std::filesystem::remove(file);
}

TEST_CASE("tenants beyond the limit are counted together", "[scheduler]") {
    Given given;
    given.stored("a", ExecutionState::success, "");
    given.stored("b", ExecutionState::abandon, "timeout");
    given.stored("c", ExecutionState::abandon, "timeout");
    given.stored("d", ExecutionState::abandon, "timeout");
    given.stored("b", ExecutionState::executing, "");
    given.signals.attempt_began(TenantId{"a"}, Millis{200});
    const auto tenants = given.signals.tenants();
    REQUIRE(tenants.size() == 3);
    CHECK(tenants[0].tenant == "a");
    CHECK(tenants[0].outcomes.at({"success", ""}) == 1);
    CHECK(tenants[0].lateness.counts.at(3) == 1);
    CHECK(tenants[1].outcomes.size() == 1);
    CHECK(tenants[2].tenant == kOtherTenants);
    CHECK(tenants[2].outcomes.at({"abandon", "timeout"}) == 2);
}

TEST_CASE("the jobs that succeeded last are remembered", "[scheduler]") {
    Given given;
    for (const std::int64_t key : {1, 2, 1, 3}) given.stored("a", ExecutionState::success, "", JobKey{key});
    const auto successes = given.signals.last_successes();
    REQUIRE(successes.size() == 2);
    CHECK(successes[0].job == "job 3");
    CHECK(successes[1].job == "job 1");
}
