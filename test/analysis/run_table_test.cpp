#include "analysis/shard/run_table.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <string>

using namespace ecron;
using namespace ecron::analysis;

namespace {

struct Fixture {
    RunCount count;
    Interner interner;
    RunTable table{count, interner};

    Run& add(std::uint64_t number, std::int64_t job, Stage stage) {
        Run run{.id = RunId{number}, .stage = stage};
        run.row.id = ExecuteId{"execution-" + std::to_string(number)};
        run.row.job_key = JobKey{job};
        run.row.tenant = TenantId{"tenant"};
        return table.add(std::move(run));
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a run is found by each of its identifiers until it is taken", "[scheduler]") {
    add(3, 7, Stage::waiting);
    add(1, 7, Stage::waiting);
    add(2, 8, Stage::waiting);
    CHECK(table.of_job(JobKey{7}) == std::vector{RunId{1}, RunId{3}});
    CHECK(table.find(ExecuteId{"execution-2"})->id == RunId{2});
    CHECK(table.take(RunId{3})->row.id == ExecuteId{"execution-3"});
    CHECK(table.find(RunId{3}) == nullptr);
    CHECK(table.find(ExecuteId{"execution-3"}) == nullptr);
    CHECK(table.of_job(JobKey{7}) == std::vector{RunId{1}});
    CHECK_FALSE(table.take(RunId{3}).has_value());
    CHECK(table.size() == 2);
    CHECK(count.all() == 2);
}

TEST_CASE_METHOD(Fixture, "the runs that other nodes may have are known without a search", "[scheduler]") {
    Run& run = add(1, 7, Stage::waiting);
    add(2, 7, Stage::remote);
    CHECK(table.elsewhere() == std::set{RunId{2}});
    table.move(run, Stage::offered);
    CHECK(table.elsewhere() == std::set{RunId{1}, RunId{2}});
    table.move(run, Stage::remote);
    CHECK(count.parked() == 2);
    table.move(run, Stage::retrying);
    table.erase(RunId{2});
    CHECK(table.elsewhere().empty());
    CHECK(count.parked() == 1);
}

/// Ends in a minute, and not in a fraction of a second, if taking a run searches those of its job.
TEST_CASE_METHOD(Fixture, "many runs of one job are taken one by one", "[scheduler]") {
    constexpr std::uint64_t kRuns = 50'000;
    std::vector<RunId> ids;
    for (std::uint64_t i = 0; i < kRuns; ++i) ids.push_back(add(i, 7, Stage::waiting).id);
    std::ranges::shuffle(ids, std::mt19937{7});
    for (const RunId id : ids) table.erase(id);
    CHECK(table.size() == 0);
    CHECK(count.all() == 0);
}
