#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;
using Verdict = DeliveryResult::Verdict;

namespace {

constexpr Millis kLease{60'000};

/// A store with outbox entries.
struct Post : World {
    Post() {
        open();
        job = given_job("job");
        term = lead();
        now = std::chrono::ceil<Seconds>(term.watermark);
    }
    model::Execution execution() {
        model::Execution run = a_run(job, term.epoch, now - Seconds{++runs});
        must(store().executions->claim({.epoch = term.epoch, .watermark = now, .executions = {run}}));
        return run;
    }
    /// Each outcome of one execution adds one entry.
    void ends(const model::Execution& run, std::vector<Announcement> announcements, int attempt = 1) {
        Outcome outcome{
            .id = run.id, .attempt = attempt, .after = run, .announcements = std::move(announcements)};
        outcome.after.state = model::ExecutionState::failure;
        outcome.next_attempt = attempt + 1;
        REQUIRE(must(store().executions->finish(std::move(outcome))));
    }
    void given(const std::string& message, const std::string& receiver = "https://a:443") {
        ends(execution(), {an_announcement(message, receiver)});
    }
    LeaseRequest request(const std::string& node = "node-1") {
        return {.node = NodeId(node), .lease = kLease, .limit = 100, .per_receiver = 10};
    }
    std::vector<OutboxEntry> take(LeaseRequest asked) {
        return must(store().outbox->take(std::move(asked))).taken;
    }
    std::vector<OutboxEntry> take() { return take(request()); }
    bool settle(const OutboxEntry& entry, DeliveryResult delivery) {
        return must(store().outbox->settle(entry, std::move(delivery)));
    }
    std::int64_t waiting() { return number("select count(*) from t_cron_outbox"); }
    std::vector<DeadLetter> dead(std::optional<TenantId> tenant = {}, std::size_t limit = 10,
                                 std::optional<std::int64_t> before = {}) {
        return must(store().dead_letters->dead_letters(std::move(tenant), limit, before));
    }
    void leases_end() {
        sql("update t_cron_outbox set f_due = f_due - 3600000");
        // A lease is known by its end, so the next one must not begin in the same millisecond.
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }

    model::Job job;
    Term term;
    Instant now;
    int runs{0};
};

std::vector<std::string> ids(const std::vector<OutboxEntry>& entries) {
    std::vector<std::string> found;
    for (const OutboxEntry& entry : entries) found.push_back(entry.announcement.message_id);
    return found;
}
using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("an outcome's announcements are leased as they were written", "[store][outbox]") {
    Post world;
    const model::Execution run = world.execution();
    Announcement announcement = an_announcement("it's \\ a :message");
    announcement.payload = R"({"text":"\u0000 ' \\ :p0"})";
    world.ends(run, {announcement});
    const std::vector<OutboxEntry> entries = world.take();
    REQUIRE(entries.size() == 1);
    const OutboxEntry& entry = entries.front();
    CHECK(entry.announcement.message_id == announcement.message_id);
    CHECK(entry.announcement.receiver == announcement.receiver);
    CHECK(entry.announcement.url == announcement.url);
    CHECK(entry.announcement.payload == announcement.payload);
    CHECK(entry.execution == run.id);
    CHECK(entry.tenant == run.tenant);
    CHECK(entry.tries == 1);
    CHECK(entry.due > entry.created + kLease / 2);
}

TEST_CASE("a start is announced in its own transaction, and only if it happens", "[store][outbox]") {
    Post world;
    model::Execution run = world.execution();
    run.state = model::ExecutionState::executing;
    const auto begin = [&](const std::string& message, std::optional<Slot> slot) {
        std::vector<Announcement> told{an_announcement(message)};
        return world.must(
            world.store().executions->begin_attempt(run.id, 1, run, std::move(slot), std::move(told)));
    };
    const std::optional<Slot> slot = GENERATE(std::optional<Slot>{}, Slot{"key", 1});
    CHECK(begin("first", slot) == Begun::yes);
    CHECK(ids(world.take()) == Ids{"first"});
    CHECK(begin("again", std::nullopt) == Begun::no);
    CHECK(world.waiting() == 1);
}

TEST_CASE("an event of an execution that continues is announced with its note", "[store][outbox]") {
    Post world;
    model::Execution run = world.execution();
    const auto announce = [&](const std::string& message, int attempt) {
        Outcome outcome{.id = run.id, .attempt = attempt, .after = run};
        outcome.after.state = model::ExecutionState::executing;
        outcome.after.announced = {model::Event::running_long};
        outcome.announcements = {an_announcement(message)};
        return world.must(world.store().executions->announce(std::move(outcome)));
    };
    CHECK_FALSE(announce("other attempt", 2));
    CHECK(announce("written", 1));
    CHECK(announce("repeated", 1));
    CHECK(ids(world.take()) == Ids{"written"});
    CHECK(world.waiting() == 1);
    const auto stored =
        world.must(world.store().queries->find_execution(std::nullopt, ExecuteId{run.id})).value();
    CHECK(stored.announced == std::vector{model::Event::running_long});
    CHECK(stored.state == model::ExecutionState::executing);

    Outcome end{.id = run.id, .attempt = 1, .after = run};
    end.after.state = model::ExecutionState::success;
    REQUIRE(world.must(world.store().executions->finish(std::move(end))));
    CHECK_FALSE(announce("ended", 1));
    CHECK(world.waiting() == 1);
}

TEST_CASE("an event that the row notes is not announced again by a process that has not read it",
          "[store][outbox]") {
    Post world;
    const model::Execution run = world.execution();
    const auto event = [](const std::string& message, model::Event what) {
        Announcement announcement = an_announcement(message);
        announcement.once = what;
        return announcement;
    };
    const auto outcome = [&](std::vector<model::Event> announced, std::vector<Announcement> announcements) {
        Outcome outcome{.id = run.id, .attempt = 1, .after = run, .announcements = std::move(announcements)};
        outcome.after.state = model::ExecutionState::executing;
        outcome.after.announced = std::move(announced);
        return outcome;
    };
    const model::Event late = model::Event::late;
    const model::Event running_long = model::Event::running_long;
    CHECK(world.must(world.store().executions->announce(outcome({late}, {event("late", late)}))));

    // As by a process that does not know whether the start that noted it was stored.
    Outcome returned = outcome({}, {});
    returned.after.state = model::ExecutionState::pending;
    returned.next_attempt = 2;
    CHECK(world.must(world.store().executions->finish(std::move(returned))));

    Outcome end = outcome({late, running_long},
                          {event("late again", late), event("long", running_long), an_announcement("end")});
    end.attempt = 2;
    end.after.state = model::ExecutionState::success;
    CHECK(world.must(world.store().executions->finish(std::move(end))));
    CHECK(world.waiting() == 3);
    CHECK(ids(world.take()) == Ids{"late"});
}

TEST_CASE("an attempt is accepted once, so that a repeated outcome overwrites no note", "[store][outbox]") {
    Post world;
    const model::Execution run = world.execution();
    Outcome accepted{.id = run.id, .attempt = 1, .after = run};
    accepted.after.state = model::ExecutionState::executing;
    accepted.after.accepted = true;
    CHECK(world.must(world.store().executions->finish(Outcome{accepted})));

    Outcome late = accepted;
    late.after.announced = {model::Event::late};
    late.announcements = {an_announcement("late")};
    CHECK(world.must(world.store().executions->announce(std::move(late))));
    CHECK_FALSE(world.must(world.store().executions->finish(Outcome{accepted})));
    const auto stored =
        world.must(world.store().queries->find_execution(std::nullopt, ExecuteId{run.id})).value();
    CHECK(stored.accepted);
    CHECK(stored.announced == std::vector{model::Event::late});

    Outcome end{.id = run.id, .attempt = 1, .after = run};
    end.after.state = model::ExecutionState::success;
    CHECK(world.must(world.store().executions->finish(std::move(end))));
}

TEST_CASE("a success is announced as a recovery if the execution before it was abandoned",
          "[store][outbox]") {
    Post world;
    int minute = 0;
    const auto end = [&](model::ExecutionState state, const std::string& message) {
        model::Execution run = world.execution();
        run.begin_at = world.now + Seconds{60 * ++minute};
        run.end_at = *run.begin_at + Seconds{5};
        run.execute_times = 1;
        run.state = state;
        Announcement announcement = an_announcement(message);
        announcement.condition = Announcement::Condition::recovered;
        Outcome outcome{.id = run.id, .attempt = 1, .after = run, .announcements = {announcement}};
        return world.store().executions->finish(std::move(outcome));
    };
    using enum model::ExecutionState;
    CHECK(world.must(end(success, "the first one")));
    CHECK(world.must(end(abandon, "failure")));
    CHECK(world.waiting() == 0);
    CHECK(world.must(end(interrupt, "cancelled")));
    world.sql("delete from t_cron_outbox");
    CHECK(world.must(end(success, "recovered")));
    CHECK(ids(world.take()) == Ids{"recovered"});
    world.sql("delete from t_cron_outbox");
    CHECK(world.must(end(success, "again")));
    CHECK(world.waiting() == 0);

    CHECK(world.must(end(abandon, "failure")));
    world.sql("delete from t_cron_outbox");
    std::vector<boost::asio::awaitable<Result<bool>>> together;
    for (const char* message : {"one", "two", "three"}) together.push_back(end(success, message));
    for (const Result<bool>& written : world.all(std::move(together))) CHECK(written == true);
    CHECK(world.waiting() == 1);
}

TEST_CASE("missed occurrences are announced once, and again if there are more", "[store][outbox]") {
    Post world;
    const auto claim = [&](Seconds length, const std::string& message) {
        Claim claim{.epoch = world.term.epoch, .watermark = world.now};
        claim.missed = {{world.job.key, world.now, world.now + length, 2, "misfire"}};
        claim.announcements = {
            {claim.missed.front(), ExecuteId{"first"}, TenantId{"tenant-a"}, an_announcement(message)}};
        world.must(world.store().executions->claim(std::move(claim)));
        return world.waiting();
    };
    CHECK(claim(Seconds{60}, "one") == 1);
    CHECK(claim(Seconds{60}, "one") == 1);
    CHECK(claim(Seconds{30}, "shorter") == 1);
    CHECK(claim(Seconds{90}, "longer") == 2);
    const std::vector<OutboxEntry> entries = world.take();
    REQUIRE(entries.size() == 1);
    CHECK(entries.front().execution.value() == "first");
    CHECK(entries.front().tenant.value() == "tenant-a");
}

TEST_CASE("an end by a client is announced if it changed one of ecron's own executions", "[store][outbox]") {
    Post world;
    model::Execution run = world.execution();
    run.state = model::ExecutionState::executing;
    REQUIRE(world.must(world.store().executions->begin_attempt(run.id, 1, run, std::nullopt, {})) ==
            Begun::yes);
    const auto put = [&](model::Execution execution) {
        Announcements told{{execution.id, {an_announcement("of " + execution.id.value())}}};
        return world.must(world.store().reports->put_executions(std::nullopt, {execution}, std::move(told)))
            .empty();
    };
    run.state = model::ExecutionState::success;
    CHECK(put(run));
    CHECK(world.waiting() == 1);
    CHECK_FALSE(put(run));
    model::Execution old = run;
    old.id = ExecuteId{"history"};
    CHECK(put(old));
    CHECK(world.waiting() == 1);
}

TEST_CASE("a leased entry is not leased again until its lease ends", "[store][outbox]") {
    Post world;
    world.given("m");
    CHECK(world.take(world.request("node-1")).size() == 1);
    CHECK(world.take(world.request("node-2")).empty());
    world.leases_end();
    const std::vector<OutboxEntry> again = world.take(world.request("node-2"));
    REQUIRE(again.size() == 1);
    CHECK(again.front().tries == 2);
}

TEST_CASE("of many concurrent leases each entry goes to one", "[store][outbox]") {
    Post world;
    for (int i = 0; i < 20; ++i) world.given(std::to_string(i), "https://" + std::to_string(i % 7));
    std::vector<boost::asio::awaitable<Result<LeasedEntries>>> takers;
    for (int i = 0; i < 8; ++i)
        takers.push_back(world.store().outbox->take(world.request("node-" + std::to_string(i))));
    std::multiset<std::string> taken;
    for (const Result<LeasedEntries>& entries : world.all(std::move(takers)))
        for (const OutboxEntry& entry : entries->taken) taken.insert(entry.announcement.message_id);
    CHECK(taken.size() == 20);
    CHECK(std::set<std::string>(taken.begin(), taken.end()).size() == 20);
}

TEST_CASE("entries are settled: delivered, retried, dead", "[store][outbox]") {
    Post world;
    world.given("m");
    const OutboxEntry entry = world.take().front();
    SECTION("a delivered entry is deleted") {
        CHECK(world.settle(entry, {.verdict = Verdict::delivered}));
        CHECK(world.waiting() == 0);
    }
    SECTION("an entry to be retried waits for its delay") {
        CHECK(world.settle(entry, {.verdict = Verdict::again, .wait = Seconds{1'800}}));
        CHECK(world.take().empty());
        world.leases_end();
        CHECK(world.take().front().tries == 2);
    }
    SECTION("a dead entry is kept with the reason") {
        CHECK(world.settle(entry, {.verdict = Verdict::dead, .code = 410, .reason = "gone"}));
        CHECK(world.waiting() == 0);
        const std::vector<DeadLetter> dead = world.dead();
        REQUIRE(dead.size() == 1);
        CHECK(dead.front().message_id == "m");
        CHECK(dead.front().execution == entry.execution);
        CHECK(dead.front().url == entry.announcement.url);
        CHECK(dead.front().code == 410);
        CHECK(dead.front().reason == "gone");
        CHECK(dead.front().tries == 1);
        CHECK(dead.front().created == entry.created);
    }
}

TEST_CASE("settling after the lease was lost has no effect, except for a delivery", "[store][outbox]") {
    Post world;
    world.given("m");
    const OutboxEntry late = world.take().front();
    world.leases_end();
    const OutboxEntry held = world.take(world.request("node-2")).front();
    CHECK_FALSE(world.settle(late, {.verdict = Verdict::again, .wait = Seconds{0}}));
    CHECK_FALSE(world.settle(late, {.verdict = Verdict::dead, .reason = "late"}));
    CHECK(world.dead().empty());
    CHECK(world.take(world.request("node-3")).empty());
    CHECK_FALSE(world.settle(late, {.verdict = Verdict::delivered}));
    CHECK(world.waiting() == 0);
    CHECK_FALSE(world.settle(held, {.verdict = Verdict::dead, .reason = "too late"}));
    CHECK(world.dead().empty());
}

TEST_CASE("entries of one execution are delivered in order, those of others do not wait", "[store][outbox]") {
    Post world;
    const model::Execution run = world.execution();
    world.ends(run, {an_announcement("1a"), an_announcement("1b", "https://other:443")}, 1);
    world.ends(run, {an_announcement("2")}, 2);
    world.given("of another", "https://z:443");
    const std::vector<OutboxEntry> first = world.take();
    CHECK(ids(first) == Ids{"1a", "of another"});
    world.settle(first.front(), {.verdict = Verdict::again, .wait = Seconds{60}});
    CHECK(world.take().empty());  // the next entry waits while the first one waits for its retry
    world.leases_end();
    const std::vector<OutboxEntry> again = world.take();
    CHECK(ids(again) == Ids{"1a", "of another"});
    world.settle(again.front(), {.verdict = Verdict::delivered});
    const std::vector<OutboxEntry> second = world.take();
    CHECK(ids(second) == Ids{"1b"});
    world.settle(second.front(), {.verdict = Verdict::dead, .reason = "dead letters do not block others"});
    CHECK(ids(world.take()) == Ids{"2"});
}

TEST_CASE("a tenant gets entries only while it holds fewer than there are free places", "[store][outbox]") {
    Post world;
    const TenantId tenant = world.execution().tenant;
    for (int i = 0; i < 20; ++i) world.given(std::to_string(i), "https://a" + std::to_string(i));
    LeaseRequest request = world.request();
    request.limit = 8;
    SECTION("a single tenant may use all places") { CHECK(world.take(request).size() == 8); }
    SECTION("none leased") {
        request.held.emplace();
        CHECK(world.take(request).size() == 4);
    }
    SECTION("others hold the rest") {
        request.held = {{TenantId{"another"}, 100}};
        CHECK(world.take(request).size() == 4);
    }
    SECTION("some leased") {
        request.held = {{tenant, 4}};
        CHECK(world.take(request).size() == 2);
    }
    SECTION("as many leased as places are free") {
        request.held = {{tenant, 8}};
        CHECK(world.take(request).empty());
    }
}

TEST_CASE("receivers are served round-robin, each with a limited number of entries", "[store][outbox]") {
    Post world;
    for (int i = 0; i < 5; ++i)
        for (const char* receiver : {"https://a", "https://b", "https://c"})
            world.given(receiver + std::to_string(i), receiver);
    LeaseRequest request = world.request();
    request.per_receiver = 2;
    SECTION("two of each") {
        CHECK(ids(world.take(request)) ==
              Ids{"https://a0", "https://a1", "https://b0", "https://b1", "https://c0", "https://c1"});
    }
    SECTION("if fewer are requested, the next call continues after the last receiver") {
        request.limit = 3;
        const LeasedEntries first = world.must(world.store().outbox->take(request));
        CHECK(ids(first.taken) == Ids{"https://a0", "https://a1", "https://b0"});
        CHECK_FALSE(first.round_ended);
        request.after = first.after;
        const LeasedEntries second = world.must(world.store().outbox->take(request));
        CHECK(ids(second.taken) == Ids{"https://c0", "https://c1"});
        CHECK(second.round_ended);
        CHECK(second.after.empty());
    }
    SECTION("individual limits per receiver") {
        request.room = {{"https://a", 0}, {"https://b", 1}};
        CHECK(ids(world.take(request)) == Ids{"https://b0", "https://c0", "https://c1"});
    }
}

TEST_CASE("a restarted node releases its earlier leases", "[store][outbox]") {
    Post world;
    world.given("m");
    world.given("other node's", "https://b");
    LeaseRequest request = world.request();
    request.room = {{"https://b", 0}};
    REQUIRE(world.take(request).size() == 1);
    REQUIRE(world.take(world.request("node-2")).size() == 1);
    world.reopen();
    CHECK(world.take().empty());
    world.must(world.store().outbox->release(NodeId("node-1")));
    CHECK(ids(world.take()) == Ids{"m"});
}

TEST_CASE("unleased entries older than an age become dead letters", "[store][outbox]") {
    Post world;
    world.given("held", "https://b");
    REQUIRE(world.take().size() == 1);
    for (int i = 0; i < 120; ++i) world.given("old");
    world.sql("update t_cron_outbox set f_created = f_created - 7200000");
    world.given("new");
    std::size_t buried = 0;
    while (const std::size_t some =
               world.must(world.store().outbox->expire_older_than(Seconds{3'600}, "not delivered in time"))) {
        CHECK(some <= 100);
        buried += some;
    }
    CHECK(buried == 120);
    CHECK(world.dead({}, 1'000).size() == 120);
    CHECK(world.dead().front().reason == "not delivered in time");
    CHECK(world.waiting() == 2);
}

TEST_CASE("the outbox reports its size and the age of its oldest entry", "[store][outbox]") {
    Post world;
    CHECK(world.must(world.store().outbox->size()).waiting == 0);
    CHECK(world.must(world.store().outbox->size()).oldest == Millis{0});
    world.given("old");
    world.sql("update t_cron_outbox set f_created = f_created - 7200000");
    world.given("new");
    const OutboxSize size = world.must(world.store().outbox->size());
    CHECK(size.waiting == 2);
    CHECK(size.oldest >= Seconds{7'200});
    CHECK(size.oldest < Seconds{7'300});
}

TEST_CASE("dead letters are listed by tenant and redelivered", "[store][outbox]") {
    Post world;
    for (int i = 0; i < 5; ++i) {
        world.given("m" + std::to_string(i));
        world.settle(world.take().front(), {.verdict = Verdict::dead, .reason = "no"});
    }
    const TenantId tenant("tenant-a");
    const TenantId stranger("tenant-b");
    SECTION("pages continue after the last row") {
        const std::vector<DeadLetter> first = world.dead(tenant, 2);
        REQUIRE(first.size() == 2);
        CHECK(first[0].message_id == "m4");
        CHECK(first[1].message_id == "m3");
        const std::vector<DeadLetter> second = world.dead(tenant, 10, first[1].key);
        REQUIRE(second.size() == 3);
        CHECK(second[0].message_id == "m2");
    }
    SECTION("other tenants see none") {
        CHECK(world.dead(stranger).empty());
        const auto denied =
            world.await(world.store().dead_letters->redeliver(stranger, {world.dead().front().key}));
        REQUIRE_FALSE(denied);
        CHECK(denied.error().code == Errc::not_found);
        CHECK(world.dead().size() == 5);
        CHECK(world.waiting() == 0);
    }
    SECTION("redelivered entries are new, and the callback runs") {
        int told = 0;
        world.store().outbox->on_written([&] { ++told; });
        const std::vector<DeadLetter> dead = world.dead(tenant);
        world.must(world.store().dead_letters->redeliver(tenant, {dead[0].key, dead[2].key}));
        CHECK(told == 1);
        CHECK(world.dead().size() == 3);
        const std::vector<OutboxEntry> entries = world.take();
        CHECK(ids(entries) == Ids{"m4", "m2"});
        CHECK(entries.front().tries == 1);
        CHECK(entries.front().created >= dead[0].created);
    }
    SECTION("one unknown key leaves all of them dead") {
        const auto refused =
            world.await(world.store().dead_letters->redeliver(tenant, {world.dead().front().key, 999'999}));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::not_found);
        CHECK(world.dead().size() == 5);
        CHECK(world.waiting() == 0);
    }
}

TEST_CASE("the callback runs once entries are committed", "[store][outbox]") {
    Post world;
    int told = 0;
    world.store().outbox->on_written([&] { ++told; });
    const model::Execution run = world.execution();
    world.ends(run, {}, 1);
    CHECK(told == 0);
    world.ends(run, {an_announcement("m")}, 2);
    CHECK(told == 1);
    Outcome refused{.id = run.id, .attempt = 9, .after = run, .announcements = {an_announcement("n")}};
    CHECK_FALSE(world.must(world.store().executions->finish(std::move(refused))));
    CHECK(told == 1);
    CHECK(world.waiting() == 1);
}
