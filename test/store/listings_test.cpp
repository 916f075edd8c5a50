#include "ecron/store/listings.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "ecron/model/json.hpp"
#include "store/run_world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;
using model::ExecutionState;

namespace {

using Names = std::vector<std::string>;
const TenantId kTenant{"tenant-a"};

/// A store with jobs that differ in what a search looks at.
struct Searched : RunWorld {
    model::Job given(const std::string& name, const model::Context& context, const std::string& remarks = "",
                     const std::string& tenant = "tenant-a") {
        model::Job job = a_job(name, tenant);
        job.context = model::write_context(context);
        job.remarks = remarks;
        return must(store().jobs->create_job(job, ""));
    }
    static model::Context context(const std::string& exec, const std::string& labels = "") {
        model::Context context;
        context.exec = exec;
        if (!labels.empty()) context.labels = labels;
        return context;
    }
    std::vector<JobPlace> places(JobSearch search) {
        return must(store().listings->search_jobs(std::move(search))).places;
    }
    Names found(JobSearch search) {
        Names names;
        for (const JobPlace& place : places(std::move(search))) names.push_back(place.name);
        return names;
    }

    std::vector<std::string> runs(ExecutionSearch search) {
        std::vector<std::string> ids;
        for (const ExecutionSummary& one :
             must(store().listings->search_executions(std::move(search))).executions)
            ids.push_back(one.execution.id.value());
        return ids;
    }
};

}  // namespace

TEST_CASE("jobs are found by part of name, URL, remarks and labels, and by nothing else", "[store]") {
    Searched world;
    world.given("Nightly Report", Searched::context("http://a.example.com/x"));
    world.given("url", Searched::context("http://reports.example.com/%7Equery_it"));
    world.given("remarks", Searched::context("http://a.example.com/y"), "the REPORT of 100% of it's days");
    world.given("label", Searched::context("http://a.example.com/z", R"({"kind":"report \"quoted\""})"));
    model::Context elsewhere = Searched::context("http://a.example.com/report-less");
    elsewhere.exec = "http://a.example.com/";
    elsewhere.body = R"({"report":"report"})";
    elsewhere.webhook = "https://hooks.example.com/report";
    world.given("elsewhere", elsewhere);
    world.given("other report", Searched::context("http://x/"), "", "tenant-b");

    CHECK(world.found({.tenant = kTenant, .text = "rePort"}) ==
          Names{"label", "remarks", "url", "Nightly Report"});
    CHECK(world.found({.text = "report"}).size() == 5);
    CHECK(world.found({.tenant = kTenant, .text = "100%"}) == Names{"remarks"});
    CHECK(world.found({.tenant = kTenant, .text = "%7Equery_it"}) == Names{"url"});
    CHECK(world.found({.tenant = kTenant, .text = "_"}) == Names{"url"});
    CHECK(world.found({.tenant = kTenant, .text = "it's"}) == Names{"remarks"});
    CHECK(world.found({.tenant = kTenant, .text = "report \"quoted\""}) == Names{"label"});
    CHECK(world.found({.tenant = kTenant, .text = "webhook"}).empty());
    CHECK(world.found({.tenant = kTenant, .text = "!"}).empty());
    CHECK(world.found({.tenant = kTenant, .name = "url"}) == Names{"url"});
    CHECK(world.found({.tenant = kTenant, .name = "URL"}).empty());
}

TEST_CASE("jobs are found by labels, mode, enabled, type and creation", "[store]") {
    Searched world;
    model::Context command;
    command.mode = model::Mode::exe;
    command.exec = "/bin/true";
    command.labels = R"({"team":"a","env":"x:y"})";
    const model::Job exe = world.given("exe", command);
    world.given("http", Searched::context("http://h/", R"({"team":"a","tricky":"\"team\":\"b\""})"));
    world.given("not a label", Searched::context(R"(http://h/?"team":"a")"));
    CHECK(world.found({.labels = {{"team", "a"}}}) == Names{"http", "exe"});
    CHECK(world.found({.labels = {{"team", "a"}, {"env", "x:y"}}}) == Names{"exe"});
    CHECK(world.found({.labels = {{"team", "b"}}}).empty());
    CHECK(world.found({.mode = model::Mode::exe}) == Names{"exe"});
    CHECK(world.found({.mode = model::Mode::https}).empty());
    world.must(world.store().jobs->enable_jobs(kTenant, {exe.id}, false));
    CHECK(world.found({.tenant = kTenant, .enabled = false}) == Names{"exe"});
    CHECK(world.found({.enabled = true}) == Names{"not a label", "http"});
    CHECK(world.found({.type = model::JobType::timed}).empty());
    CHECK(world.found({.created_until = exe.created_at}).size() == 3);
    CHECK(world.found({.created_until = exe.created_at - Seconds{1}}).empty());
}

TEST_CASE("a search is sorted and continues behind its cursor, page by page", "[store]") {
    Searched world;
    for (const char* name : {"b", "任", "a", "d", "c"}) world.given(name, Searched::context("http://h/"));
    world.given("a", Searched::context("http://h/"), "", "tenant-b");
    const auto [order, all] = GENERATE(table<JobOrder, Names>({
        {JobOrder::oldest, {"b", "任", "a", "d", "c"}},
        {JobOrder::newest, {"c", "d", "a", "任", "b"}},
        {JobOrder::by_name, {"a", "b", "c", "d", "任"}},
        {JobOrder::by_name_descending, {"任", "d", "c", "b", "a"}},
    }));
    const std::string text = GENERATE("", "http");  // examined row by row, or not
    JobSearch search{.tenant = kTenant, .text = text, .order = order, .limit = 2};
    Names shown;
    for (;;) {
        const std::vector<JobPlace> page = world.places(search);
        for (const JobPlace& place : page) shown.push_back(place.name);
        if (page.size() < 2) break;
        search.after = page.back();
    }
    CHECK(shown == all);
    search.after.reset();
    search.offset = 3;
    CHECK(world.found(search) == Names{all[3], all[4]});
    search = {.order = JobOrder::by_name, .limit = 1};
    search.after = world.places(search).front();
    CHECK(world.found(search) == Names{"a"});  // of the other tenant
}

TEST_CASE("jobs of several tenants with one name are listed once each, page by page", "[store]") {
    Searched world;
    for (const char* tenant : {"tenant-b", "tenant-a", "tenant-c"})
        for (const char* name : {"b", "a", "c"})
            world.given(name, Searched::context("http://h/"), "", tenant);
    const auto [order, all] = GENERATE(table<JobOrder, Names>({
        {JobOrder::by_name, {"a", "a", "a", "b", "b", "b", "c", "c", "c"}},
        {JobOrder::by_name_descending, {"c", "c", "c", "b", "b", "b", "a", "a", "a"}},
    }));
    const std::string text = GENERATE("", "http");  // examined row by row, or not
    const std::size_t limit = GENERATE(1U, 2U, 4U, 20U);
    JobSearch search{.text = text, .order = order, .limit = limit};
    Names shown;
    std::set<JobKey> keys;
    for (;;) {
        const std::vector<JobPlace> page = world.places(search);
        for (const JobPlace& place : page) shown.push_back(place.name), keys.insert(place.key);
        if (page.size() < limit) break;
        search.after = page.back();
    }
    CHECK(shown == all);
    CHECK(keys.size() == all.size());
    search.after.reset();
    search.offset = 4;
    CHECK(world.places(search).size() == std::min(limit, all.size() - 4));
    search.offset = 0;
    search.name_contains = "B";
    CHECK(world.places(search).size() == std::min<std::size_t>(limit, 3));
    search.name_contains = "none";
    CHECK(world.places(search).empty());
}

TEST_CASE("a search examines more jobs than one statement reads", "[store]") {
    Searched world;
    for (int i = 0; i < 100; ++i)
        world.given("job " + std::to_string(i),
                    Searched::context("http://h/", R"({"n":")" + std::to_string(i) + "\"}"));
    CHECK(world.found({.text = "job", .limit = 1'000}).size() == 100);
    CHECK(world.found({.labels = {{"n", "3"}}}) == Names{"job 3"});
    CHECK(world.found({.text = "job 9", .limit = 5, .offset = 9}) == Names{"job 90", "job 9"});
}

TEST_CASE("a search examines a bounded number of jobs and continues behind them", "[store]") {
    Searched world;
    for (const char* name : {"b", "hit 1", "a", "hit 2", "d", "c"})
        world.given(name, Searched::context("http://h/"));
    const auto [order, all] = GENERATE(table<JobOrder, Names>({
        {JobOrder::oldest, {"hit 1", "hit 2"}},
        {JobOrder::newest, {"hit 2", "hit 1"}},
        {JobOrder::by_name, {"hit 1", "hit 2"}},
        {JobOrder::by_name_descending, {"hit 2", "hit 1"}},
    }));
    JobSearch search{.tenant = kTenant, .text = "hit", .order = order, .examined = 2};
    Names shown;
    std::size_t pages = 0;
    do {
        const JobPage page = world.must(world.store().listings->search_jobs(search));
        for (const JobPlace& place : page.places) shown.push_back(place.name);
        search.after = page.next;
        ++pages;
    } while (search.after);
    CHECK(shown == all);
    CHECK(pages == 4);  // the last of six jobs is also a place to stop
    // A full page says nothing about the rest, and other conditions need no bound.
    CHECK(!world.must(world.store().listings->search_jobs({.text = "hit", .limit = 1})).next);
    CHECK(world.must(world.store().listings->search_jobs({.enabled = true, .examined = 1})).places.size() ==
          6);
}

TEST_CASE("jobs are found by a part of the name, and by nothing else", "[store]") {
    Searched world;
    world.given("Nightly Report", Searched::context("http://h/"));
    world.given("100% it's_a réport!", Searched::context("http://h/", R"({"kind":"report"})"));
    world.given("elsewhere", Searched::context("http://h/report", R"({"report":"report"})"), "report");
    world.given("other report", Searched::context("http://h/"), "", "tenant-b");
    const auto named = [&](const std::string& part) {
        return world.found({.tenant = kTenant, .name_contains = part});
    };
    CHECK(named("rePort") == Names{"Nightly Report"});
    CHECK(named("Y r") == Names{"Nightly Report"});
    CHECK(named("rép").size() == 1);
    CHECK(named("100%").size() == 1);
    CHECK(named("it's_a").size() == 1);
    CHECK(named("t!").size() == 1);
    CHECK(named("_R").empty());
    CHECK(named("%").size() == 1);
    CHECK(named("").size() == 3);
    CHECK(world.found({.name_contains = "report"}) == Names{"other report", "Nightly Report"});
}

TEST_CASE("a part of the name is combined with the other conditions", "[store]") {
    Searched world;
    const model::Job off = world.given("report off", Searched::context("http://h/", R"({"team":"a"})"));
    world.given("report on", Searched::context("http://h/", R"({"team":"b"})"), "weekly");
    const model::Job failed =
        world.given("report failed", Searched::context("http://h/x", R"({"team":"b"})"));
    const model::Job other =
        world.given("other", Searched::context("http://h/x", R"({"team":"a"})"), "weekly");
    world.must(world.store().jobs->enable_jobs(kTenant, {off.id, other.id}, false));
    world.begin_term();
    for (const model::Job& job : {failed, other}) world.given_run(job, ExecutionState::abandon);
    const auto named = [&](JobSearch search) {
        search.name_contains = "REPORT";
        return world.found(std::move(search));
    };
    CHECK(named({.enabled = false}) == Names{"report off"});
    CHECK(named({.state = ExecutionState::abandon}) == Names{"report failed"});
    CHECK(named({.text = "weekly"}) == Names{"report on"});
    CHECK(named({.labels = {{"team", "b"}}}) == Names{"report failed", "report on"});
    CHECK(named({.mode = model::Mode::exe}).empty());
    CHECK(named({.type = model::JobType::scheduled}).size() == 3);
    CHECK(named({.created_until = off.created_at - Seconds{1}}).empty());
    CHECK(named({.name = "report on"}) == Names{"report on"});
    CHECK(named({.name = "other"}).empty());
}

TEST_CASE("a search by a part of the name is complete, sorted, and continues behind its cursor", "[store]") {
    Searched world;
    for (const char* name : {"b hit", "x", "任 hit", "a hit", "d HIT", "y", "c hit"})
        world.given(name, Searched::context("http://h/"));
    world.given("a hit", Searched::context("http://h/"), "", "tenant-b");
    const auto [order, all] = GENERATE(table<JobOrder, Names>({
        {JobOrder::oldest, {"b hit", "任 hit", "a hit", "d HIT", "c hit"}},
        {JobOrder::newest, {"c hit", "d HIT", "a hit", "任 hit", "b hit"}},
        {JobOrder::by_name, {"a hit", "b hit", "c hit", "d HIT", "任 hit"}},
        {JobOrder::by_name_descending, {"任 hit", "d HIT", "c hit", "b hit", "a hit"}},
    }));
    JobSearch search{.tenant = kTenant, .name_contains = "hit", .order = order, .examined = 1};
    CHECK(world.found(search) == all);
    search.limit = 2;
    search.offset = 3;
    CHECK(world.found(search) == Names{all[3], all[4]});
    search.offset = 0;
    Names shown;
    for (;;) {
        const std::vector<JobPlace> page = world.places(search);
        for (const JobPlace& place : page) {
            shown.push_back(place.name);
            CHECK(world.must(world.store().jobs->find_job(kTenant, place.id))->name == place.name);
        }
        if (page.size() < 2) break;
        search.after = page.back();
    }
    CHECK(shown == all);
    search = {.name_contains = "a hit", .order = JobOrder::by_name, .limit = 1};
    search.after = world.places(search).front();
    CHECK(world.found(search) == Names{"a hit"});  // of the other tenant
}

TEST_CASE("a search examines a bounded number of names and continues behind them", "[store]") {
    Searched world;
    for (const char* name : {"b", "hit 1", "a", "hit 2", "d", "c"})
        world.given(name, Searched::context("http://h/"));
    const auto [order, all] = GENERATE(table<JobOrder, Names>({
        {JobOrder::oldest, {"hit 1", "hit 2"}},
        {JobOrder::newest, {"hit 2", "hit 1"}},
        {JobOrder::by_name, {"hit 1", "hit 2"}},
        {JobOrder::by_name_descending, {"hit 2", "hit 1"}},
    }));
    const std::string text = GENERATE("", "http");  // examined row by row, or not
    JobSearch search{
        .tenant = kTenant, .name_contains = "hit", .text = text, .order = order, .examined = 1, .names = 2};
    Names shown;
    std::size_t pages = 0;
    do {
        const JobPage page = world.must(world.store().listings->search_jobs(search));
        for (const JobPlace& place : page.places) shown.push_back(place.name);
        search.after = page.next;
        REQUIRE(++pages < 10);
    } while (search.after);
    CHECK(shown == all);
    CHECK(pages >= 4);
    // All names fit, or the page is full.
    CHECK(!world.must(world.store().listings->search_jobs({.name_contains = "hit", .names = 6})).next);
    CHECK(!world.must(world.store().listings->search_jobs({.name_contains = "hit", .limit = 1, .names = 5}))
               .next);
}

TEST_CASE("jobs are found and counted by the state of the run that ended last", "[store]") {
    Searched world;
    const model::Job good = world.given_job("good");
    const model::Job bad = world.given_job("bad");
    const model::Job busy = world.given_job("busy");
    const model::Job other = world.given_job("other", "tenant-b");
    world.begin_term();
    world.given_run(good, ExecutionState::abandon);
    world.given_run(good, ExecutionState::success, Seconds{1});
    world.given_run(bad, ExecutionState::success);
    world.given_run(bad, ExecutionState::abandon, Seconds{1});
    world.given_run(other, ExecutionState::abandon, Seconds{2});
    world.given_run(busy, ExecutionState::pending, Seconds{3});
    const auto in_state = [&](ExecutionState state) {
        return world.found({.tenant = kTenant, .state = state});
    };
    CHECK(in_state(ExecutionState::success) == Names{"good"});
    CHECK(in_state(ExecutionState::abandon) == Names{"bad"});
    CHECK(in_state(ExecutionState::pending) == Names{"busy"});
    CHECK(in_state(ExecutionState::executing).empty());
    CHECK(world.found({.state = ExecutionState::abandon}) == Names{"other", "bad"});

    const JobCounts counts = world.must(world.store().listings->count_by_state(kTenant));
    CHECK(counts.enabled == 3);
    CHECK(counts.disabled == 0);
    CHECK(counts.succeeded == 1);
    CHECK(counts.abandoned == 1);
    CHECK(counts.interrupted == 0);
    CHECK(counts.pending == 1);
    CHECK(world.must(world.store().listings->count_by_state(std::nullopt)).abandoned == 2);

    world.must(world.store().jobs->delete_jobs(kTenant, {bad.id}));
    CHECK(in_state(ExecutionState::abandon).empty());
    CHECK(world.must(world.store().listings->count_by_state(kTenant)).abandoned == 0);
    world.wait_for_none("select count(*) from t_cron_deleting");
    world.given_run(bad, ExecutionState::abandon, Seconds{5});  // ends after its job was deleted
    world.given_run(busy, ExecutionState::pending, Seconds{6});
    CHECK(world.must(world.store().listings->count_by_state(kTenant)).abandoned == 0);
    CHECK(world.number("select count(*) from t_cron_job_last") == 2);
}

TEST_CASE("last states that wait are written when the store closes", "[store]") {
    Searched world;
    world.options().last_states_every = Seconds{3'600};
    world.reopen();
    const model::Job job = world.given_job("job");
    world.begin_term();
    world.given_run(job, ExecutionState::abandon);
    world.given_run(job, ExecutionState::pending, Seconds{1});
    CHECK(world.found({.state = ExecutionState::abandon}).empty());
    world.reopen();
    CHECK(world.found({.state = ExecutionState::abandon}) == Names{"job"});
}

TEST_CASE("an end that a client reports is the last state of its job", "[store]") {
    Searched world;
    const model::Job job = world.given_job("job");
    world.begin_term();
    model::Execution run = world.given_run(job, ExecutionState::failure);
    run.state = ExecutionState::interrupt;
    run.end_at = world.now + Seconds{1};
    CHECK(world.must(world.store().reports->put_executions(kTenant, {run}, {})).empty());
    world.given_run(job, ExecutionState::pending, Seconds{1});
    CHECK(world.found({.state = ExecutionState::interrupt}) == Names{"job"});
}

TEST_CASE("a round of the retention corrects last states that a killed process has lost", "[store]") {
    Searched world;
    const model::Job lost = world.given_job("lost");
    const model::Job outdated = world.given_job("outdated");
    const model::Job right = world.given_job("right");
    world.begin_term();
    for (const model::Job& job : {lost, outdated, right}) {
        world.given_run(job, ExecutionState::success);
        world.given_run(job, ExecutionState::abandon, Seconds{3});
        world.given_run(job, ExecutionState::pending, Seconds{4});
    }
    // History that clients store does not count.
    model::Execution told = a_run(right, Epoch{}, world.now + Seconds{30});
    told.state = ExecutionState::success;
    told.begin_at = world.now + Seconds{30};
    told.end_at = world.now + Seconds{31};
    told.execute_times = 1;
    world.must(world.store().reports->put_executions(TenantId{"tenant-b"}, {told}, {}));
    world.sql("delete from t_cron_job_last where f_job_key = " + std::to_string(lost.key.value()));
    world.sql("update t_cron_job_last set f_state = 1 where f_job_key = " +
              std::to_string(outdated.key.value()));
    CHECK(world.found({.state = ExecutionState::abandon}) == Names{"right"});
    CHECK(world.must(world.store().retention->trim_history({}, JobId{})).round_ended);
    CHECK(world.found({.state = ExecutionState::abandon}) == Names{"right", "outdated", "lost"});
    CHECK(world.found({.state = ExecutionState::success}).empty());
}

TEST_CASE("a round of the retention removes last states of jobs that do not exist", "[store]") {
    Searched world;
    const model::Job job = world.given_job("job");
    world.begin_term();
    world.given_run(job, ExecutionState::success);
    world.given_run(job, ExecutionState::pending, Seconds{1});
    world.sql("insert into t_cron_job_last (f_job_key, f_tenant_id, f_state) values (999999, 'gone', 1)");
    world.sql("insert into t_cron_job_last (f_job_key, f_tenant_id, f_state) values (999998, 'gone', 5)");
    CHECK(world.must(world.store().listings->count_by_state(std::nullopt)).abandoned == 0);
    CHECK(world.must(world.store().retention->trim_history({}, JobId{})).round_ended);
    CHECK(world.number("select count(*) from t_cron_job_last") == 1);
    CHECK(world.must(world.store().listings->count_by_state(std::nullopt)).succeeded == 1);
}

TEST_CASE("executions are found by job, name, state, trigger and start, newest first", "[store]") {
    Searched world;
    const model::Job job = world.given_job("job");
    const model::Job second = world.given_job("second");
    const model::Job other = world.given_job("other", "tenant-b");
    world.begin_term();
    const std::string a = world.given_run(job, ExecutionState::success).id.value();
    const std::string b = world.given_run(second, ExecutionState::abandon, Seconds{1}).id.value();
    const std::string c = world.given_run(other, ExecutionState::success, Seconds{2}).id.value();
    const std::string d = world.given_run(job, ExecutionState::pending, Seconds{3}).id.value();
    model::Execution told = a_run(job, Epoch{}, world.now);
    told.id = ExecuteId{"told"};
    told.state = ExecutionState::success;
    told.begin_at = world.now + Seconds{5};
    told.end_at = world.now + Seconds{6};
    world.must(world.store().reports->put_executions(kTenant, {told}, {}));
    using Ids = std::vector<std::string>;
    CHECK(world.runs({}) == Ids{"told", c, b, a, d});
    CHECK(world.runs({.tenant = kTenant}) == Ids{"told", b, a, d});
    CHECK(world.runs({.job = job.id}) == Ids{"told", a, d});
    CHECK(world.runs({.tenant = TenantId{"tenant-b"}, .job = job.id}).empty());
    CHECK(world.runs({.job_name = "second"}) == Ids{b});
    CHECK(world.runs({.tenant = TenantId{"tenant-b"}, .job_name = "second"}).empty());
    CHECK(world.runs({.job = job.id, .job_name = "second"}).empty());
    CHECK(world.runs({.state = ExecutionState::success}) == Ids{"told", c, a});
    CHECK(world.runs({.tenant = kTenant, .state = ExecutionState::success}) == Ids{"told", a});
    CHECK(world.runs({.trigger = model::Trigger::history}) == Ids{"told"});
    CHECK(world.runs({.tenant = kTenant, .trigger = model::Trigger::schedule}) == Ids{b, a, d});
    CHECK(world.runs({.begin_from = world.now + Seconds{1}, .begin_until = world.now + Seconds{2}}) ==
          Ids{c, b});
    ExecutionSearch page{.tenant = kTenant, .limit = 2};
    const auto first = world.must(world.store().listings->search_executions(page)).executions;
    page.before = ExecutionCursor{first.back().execution.begin_at, first.back().execution.key};
    CHECK(world.runs(page) == Ids{a, d});
    world.must(world.store().jobs->delete_jobs(kTenant, {second.id}));
    world.wait_for_none("select count(*) from t_cron_deleting");
    CHECK(world.runs({.tenant = kTenant}) == Ids{"told", a, d});
}

TEST_CASE("a search examines a bounded number of executions and says where to continue", "[store]") {
    Searched world;
    const model::Job job = world.given_job("job");
    world.begin_term();
    const std::string rare = world.given_run(job, ExecutionState::abandon).id.value();
    for (int i = 1; i <= 5; ++i) world.given_run(job, ExecutionState::success, Seconds{i});
    ExecutionSearch search{.tenant = kTenant, .state = ExecutionState::abandon, .limit = 2, .examined = 2};
    if (GENERATE(false, true)) search.job = job.id;
    std::vector<std::string> found;
    std::size_t pages = 0;
    do {
        const ExecutionPage page = world.must(world.store().listings->search_executions(search));
        for (const ExecutionSummary& one : page.executions) found.push_back(one.execution.id.value());
        CHECK(page.executions.size() <= 1);
        search.before = page.next;
        REQUIRE(++pages < 10);
    } while (search.before);
    CHECK(found == std::vector<std::string>{rare});
    CHECK(pages == 4);  // six executions, and an empty page
}

TEST_CASE("executions are listed with the times of their attempts", "[store]") {
    Searched world;
    const model::Job job = world.given_job("job");
    world.begin_term();
    world.given_run(job, ExecutionState::success);
    const auto found = world.must(world.store().listings->search_executions({})).executions;
    REQUIRE(found.size() == 1);
    CHECK(found.front().begin == world.now + Millis{3});
    CHECK(found.front().end == world.now + Millis{1'234});
    CHECK(found.front().execution.job_name == "job");
    CHECK(found.front().execution.tenant == kTenant);
    CHECK(found.front().execution.trigger == model::Trigger::schedule);
}

TEST_CASE("rows of the previous service are listed for the tenant in their ext_info", "[store]") {
    Searched world;
    world.sql(
        "insert into t_cron_job_status (f_execute_id, f_job_id, f_job_type, f_job_name, f_job_status, "
        "f_begin_time, f_end_time, f_executor, f_execute_times, f_ext_info) values ('old-a', 'j', 2, 'n', 1, "
        "100, 101, '[]', 1, '{\"tenant_id\":\"tenant-a\",\"is_deleted\":0}'), ('old-b', 'j', 2, 'n', 1, 200, "
        "201, "
        "'[]', 1, '{\"tenant_id\":\"tenant-b\",\"is_deleted\":0}')");
    using Ids = std::vector<std::string>;
    CHECK(world.runs({.tenant = kTenant}) == Ids{"old-a"});
    CHECK(world.runs({.tenant = kTenant, .limit = 1}) == Ids{"old-a"});
    CHECK(world.runs({.tenant = kTenant, .trigger = model::Trigger::history}) == Ids{"old-a"});
    CHECK(world.runs({.tenant = kTenant, .job = JobId{"j"}}) == Ids{"old-a"});
    CHECK(world.runs({}) == Ids{"old-b", "old-a"});
}

TEST_CASE("missed runs are listed with their jobs, newest first", "[store]") {
    Searched world;
    const model::Job job = world.given_job("job");
    const model::Job other = world.given_job("other", "tenant-b");
    for (int i = 0; i < 3; ++i)
        world.sql("insert into t_cron_missed (f_job_key, f_from, f_to, f_count, f_reason, f_at) values (" +
                  std::to_string((i == 1 ? other : job).key.value()) + ", " + std::to_string(1'000 * i) +
                  ", " + std::to_string(1'000 * i + 500) + ", " + std::to_string(i + 1) +
                  ", 'misfire', 9000)");
    const auto counts = [&](MissedSearch search) {
        std::vector<std::int64_t> counts;
        for (const MissedSummary& one : world.must(world.store().listings->search_missed(std::move(search))))
            counts.push_back(one.count);
        return counts;
    };
    using Counts = std::vector<std::int64_t>;
    CHECK(counts({}) == Counts{3, 2, 1});
    CHECK(counts({.tenant = kTenant}) == Counts{3, 1});
    CHECK(counts({.job = other.id}) == Counts{2});
    CHECK(counts({.tenant = TenantId{"nobody"}}).empty());
    CHECK(counts({.from = Instant{Millis{600}}, .until = Instant{Millis{1'000}}}) == Counts{2});
    const auto page = world.must(world.store().listings->search_missed({.tenant = kTenant, .limit = 1}));
    CHECK(page.front().job_name == "job");
    CHECK(page.front().job == job.id);
    CHECK(page.front().at == Instant{Millis{9'000}});
    CHECK(counts({.tenant = kTenant, .before = page.front().key}) == Counts{1});
}

TEST_CASE("executions are watched by their rows", "[store]") {
    Searched world;
    const model::Job job = world.given_job("job");
    world.begin_term();
    const auto ids = [&](ExecutionWatch watch) {
        std::vector<std::string> found;
        for (const WatchedExecution& one :
             world.must(world.store().listings->watch_executions(std::move(watch))).executions)
            found.push_back(one.id.value());
        return found;
    };
    using Ids = std::vector<std::string>;
    const std::string ended = world.given_run(job, ExecutionState::success).id.value();
    const std::string open = world.given_run(job, ExecutionState::executing, Seconds{1}).id.value();
    const std::string waiting = world.given_run(job, ExecutionState::pending, Seconds{2}).id.value();
    const WatchedExecutions first = world.must(world.store().listings->watch_executions({.limit = 10}));
    REQUIRE(first.executions.size() == 2);
    CHECK(first.is_complete);
    const WatchedExecution& one = first.executions.front();
    CHECK(one.id.value() == open);
    CHECK(one.job == job.id);
    CHECK(one.tenant == kTenant);
    CHECK(one.state == ExecutionState::executing);
    CHECK(first.newest == first.executions.back().key);
    const std::string later = world.given_run(job, ExecutionState::success, Seconds{3}).id.value();
    CHECK(ids({.behind = first.newest, .limit = 10}) == Ids{later});
    CHECK(ids({.behind = first.newest, .keys = {one.key, one.key}, .limit = 10}) == Ids{open, later});
    CHECK(ids({.behind = 0, .limit = 10}) == Ids{ended, open, waiting, later});
    const auto part = world.must(world.store().listings->watch_executions({.behind = 0, .limit = 2}));
    CHECK_FALSE(part.is_complete);
    CHECK(part.newest == one.key);
}
