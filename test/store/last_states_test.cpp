#include "store/jobs/last_states.hpp"

#include <catch2/catch.hpp>

#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using model::ExecutionState;

namespace {

constexpr SteadyInstant kStart{};
constexpr Millis kEvery{1'000};

/// Takes all parts, and finishes them with the answer.
std::size_t write_all(LastStates& states, SteadyInstant now, const Result<void>& answer = {}) {
    std::size_t parts = 0;
    while (states.due() && *states.due() <= now) {
        const std::unique_ptr<Write> part = states.take();
        if (!answer) part->refuse(answer.error());
        CHECK(states.finished(*part, now) == answer.has_value());
        ++parts;
    }
    return parts;
}

}  // namespace

TEST_CASE("last states wait for a second after the first commit", "[store]") {
    LastStates states(kEvery);
    states.begin();
    states.record(JobKey(1), ExecutionState::success);
    CHECK(!states.due());
    states.committed(kStart);
    CHECK(states.due() == kStart + kEvery);
    states.begin();
    states.record(JobKey(2), ExecutionState::success);
    states.committed(kStart + kEvery / 2);
    CHECK(states.due() == kStart + kEvery);
    CHECK(write_all(states, kStart + kEvery) == 1);
    CHECK(!states.due());
}

TEST_CASE("last states of a transaction that was rolled back are dropped", "[store]") {
    LastStates states(kEvery);
    states.begin();
    states.record(JobKey(1), ExecutionState::success);
    states.begin();
    states.committed(kStart);
    CHECK(!states.due());
}

TEST_CASE("last states are written in parts of a bounded size", "[store]") {
    LastStates states(kEvery);
    states.begin();
    for (int i = 1; i <= 1'500; ++i) states.record(JobKey(i), ExecutionState::success);
    states.committed(kStart);
    CHECK(write_all(states, kStart + kEvery) == 3);
}

TEST_CASE("last states that are refused are written again, unless the job has a newer one", "[store]") {
    store::test::World world;
    world.open();
    const model::Job job = world.given_job("job");
    const model::Job other = world.given_job("other");
    LastStates states(kEvery);
    states.begin();
    states.record(job.key, ExecutionState::success);
    states.record(other.key, ExecutionState::interrupt);
    states.committed(kStart);
    const std::unique_ptr<Write> refused = states.take();
    states.begin();
    states.record(job.key, ExecutionState::abandon);
    states.committed(kStart);
    refused->refuse({Errc::unavailable, "unreachable", {}});
    CHECK(!states.finished(*refused, kStart));
    CHECK(states.due() == kStart + kEvery);
    const std::unique_ptr<Write> again = states.take();
    Session session = world.session();
    session.begin();
    again->apply(session);
    session.commit();
    CHECK(states.finished(*again, kStart));
    CHECK(world.number("select sum(f_state) from t_cron_job_last") ==
          static_cast<int>(ExecutionState::abandon) + static_cast<int>(ExecutionState::interrupt));
}
