#include "ecron/demo/week.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "ecron/model/json.hpp"

using namespace ecron;
using namespace std::chrono_literals;
using model::ExecutionState;

namespace {

const Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15} + 10h + 7min};

store::Content week() {
    return demo::week_before(kNow, "http://127.0.0.1:1", TenantId{"t"}, NodeId{"n"}, {});
}

}  // namespace

TEST_CASE("a demo has 200 jobs with different names and ids", "[demo]") {
    const store::Content content = week();
    CHECK(content.jobs.size() == 200);
    std::set<std::string> names, ids;
    for (const auto& past : content.jobs) {
        names.insert(past.job.name);
        ids.insert(past.job.id.value());
        CHECK(past.job.name.find('{') == std::string::npos);
        const auto context = model::read_context(past.job.context);
        REQUIRE(context);
        CHECK(context->exec.starts_with("http://127.0.0.1:1/"));
        CHECK(context->labels);
    }
    CHECK(names.size() == 200);
    CHECK(ids.size() == 200);
}

TEST_CASE("the history of a demo is a possible one", "[demo]") {
    std::map<ExecutionState, int> states;
    std::map<std::string, int> reasons;
    int late = 0, retried = 0, missed = 0;
    for (const auto& past : week().jobs) {
        CAPTURE(past.job.name);
        missed += static_cast<int>(past.missed.size());
        for (const auto& [execution, attempts] : past.history) {
            ++states[execution.state];
            ++reasons[execution.reason];
            REQUIRE(execution.end_at);
            REQUIRE(execution.due);
            CHECK(*execution.due >= past.job.created_at);
            CHECK(*execution.end_at < kNow);
            REQUIRE(attempts.size() == static_cast<std::size_t>(execution.execute_times));
            Instant before = *execution.due;
            for (const model::Attempt& attempt : attempts) {
                CHECK(attempt.begin_at >= before);
                CHECK(attempt.end_at >= attempt.begin_at);
                before = attempt.end_at;
            }
            if (attempts.empty()) continue;
            CHECK(before == *execution.end_at);
            late += attempts.front().begin_at - *execution.due > 1s ? 1 : 0;
            retried += attempts.size() > 1 ? 1 : 0;
            const bool is_good = execution.state == ExecutionState::success;
            CHECK((attempts.back().outcome == ExecutionState::success) == is_good);
        }
    }
    CHECK(states.size() == 3);  // of the past: all terminal
    CHECK(states[ExecutionState::success] > 20'000);
    CHECK(states[ExecutionState::abandon] > 50);
    CHECK(reasons["overlap"] > 50);
    CHECK(reasons["cancelled"] > 0);
    CHECK(late > 50);
    CHECK(retried > 500);
    CHECK(missed > 20);
}

TEST_CASE("the same instant has the same demo", "[demo]") {
    const store::Content one = week(), other = week();
    REQUIRE(one.jobs.size() == other.jobs.size());
    for (std::size_t i = 0; i < one.jobs.size(); ++i) {
        CHECK(one.jobs[i].job.id == other.jobs[i].job.id);
        REQUIRE(one.jobs[i].history.size() == other.jobs[i].history.size());
        for (std::size_t k = 0; k < one.jobs[i].history.size(); ++k)
            REQUIRE(one.jobs[i].history[k].execution.end_at == other.jobs[i].history[k].execution.end_at);
    }
}
