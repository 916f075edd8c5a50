#include <set>

#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;

namespace {

AuditEntry entry(std::string tenant, std::string object) {
    return {.tenant = TenantId{std::move(tenant)},
            .client = TenantId{"who"},
            .subject = "ä' \"; --",
            .address = "::1",
            .action = "createJob",
            .object = std::move(object),
            .difference = R"({"enabled":{"to":true}})"};
}

}  // namespace

TEST_CASE("audit records are listed newest first, per tenant", "[store][audit]") {
    World world;
    world.open();
    AuditLog& audit = *world.store().audit;
    world.must(audit.append({entry("me", "one"), entry("me", "two")}));
    world.must(audit.append({entry("you", "three")}));
    const auto all = world.must(audit.list({}));
    REQUIRE(all.size() == 3);
    CHECK(all[0].object == "three");
    CHECK(all[2].subject == "ä' \"; --");
    CHECK(all[2].difference == R"({"enabled":{"to":true}})");
    CHECK(world.must(audit.list({.tenant = TenantId{"me"}})).size() == 2);
    CHECK(world.must(audit.list({.object = "two"})).size() == 1);
    CHECK(world.must(audit.list({.limit = 1})).size() == 1);
    const auto next = world.must(audit.list({.limit = 1, .before = all[0].key}));
    REQUIRE(next.size() == 1);
    CHECK(next[0].object == "two");
    CHECK(world.must(audit.list({.from = all[0].at + Millis{1}})).empty());
    CHECK(world.must(audit.list({.until = all[2].at - Millis{1}})).empty());
}

TEST_CASE("an audit record that does not fit is truncated", "[store][audit]") {
    World world;
    world.open();
    AuditEntry long_one = entry("me", std::string(300, 'o'));
    long_one.subject = std::string(254, 's') + "\xF0\x9F\x8E\x89 and more";
    long_one.address = "\xFF";
    world.must(world.store().audit->append({long_one, entry("me", "two")}));
    const auto all = world.must(world.store().audit->list({}));
    REQUIRE(all.size() == 2);
    CHECK(all[1].object == std::string(255, 'o'));
    CHECK(all[1].subject == std::string(254, 's') + "\xF0\x9F\x8E\x89");
    CHECK(all[1].address == "\xEF\xBF\xBD");
    CHECK(all[1].difference == long_one.difference);
}

TEST_CASE("a job and the record of its creation share a transaction", "[store][audit]") {
    World world;
    world.open();
    const model::Job created = world.must(world.store().jobs->create_job(a_job("one"), "", entry("me", "1")));
    const auto recorded = world.must(world.store().audit->list({}));
    REQUIRE(recorded.size() == 1);
    CHECK(recorded[0].object == "1");
    CHECK(recorded[0].difference == entry("me", "1").difference);
    CHECK(world.must(world.store().jobs->find_job(std::nullopt, created.id)));

    const auto refused = world.await(world.store().jobs->create_job(a_job("one"), "", entry("me", "2")));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::conflict);
    CHECK(world.must(world.store().audit->list({})).size() == 1);
    // The node's own transactions count, too, but not during each creation.
    std::uint64_t least = 2;
    for (int number = 0; number < 20; ++number) {
        const std::uint64_t before = world.store().statistics().transactions;
        world.must(
            world.store().jobs->create_job(a_job("job-" + std::to_string(number)), "", entry("me", "3")));
        least = std::min(least, world.store().statistics().transactions - before);
    }
    CHECK(least == 1);
}

TEST_CASE("of jobs created together, each one has its record unless it is refused", "[store][audit]") {
    World world;
    world.open();
    std::vector<boost::asio::awaitable<Result<model::Job>>> creates;
    for (int i = 0; i < 40; ++i)
        creates.push_back(world.store().jobs->create_job(a_job("job " + std::to_string(i % 30)), "",
                                                         entry("me", std::to_string(i))));
    const auto created = world.all(std::move(creates));
    std::set<std::string> stored, recorded;
    for (std::size_t i = 0; i < created.size(); ++i)
        if (created[i]) stored.insert(std::to_string(i));
    for (const AuditEntry& one : world.must(world.store().audit->list({}))) recorded.insert(one.object);
    CHECK(stored.size() == 30);
    CHECK(recorded == stored);
}

TEST_CASE("old audit entries are deleted even if history is kept without limit", "[store][audit]") {
    World world;
    world.open();
    world.must(world.store().audit->append({entry("me", "one")}));
    world.sql("update t_cron_audit set f_at = f_at - 100000");
    world.must(world.store().audit->append({entry("me", "two")}));
    const auto trimmed =
        world.must(world.store().retention->trim_history({.audit = Millis{50'000}}, JobId{}));
    CHECK(trimmed.others == 1);
    CHECK(world.must(world.store().audit->list({})).front().object == "two");
}

TEST_CASE("a tenant cannot exceed its limit of jobs", "[store][limits]") {
    World world{Options{.jobs_per_tenant = 2}};
    world.open();
    const auto made = [&](const char* tenant, const char* name) {
        return world.await(world.store().jobs->create_job({.id = JobId{std::string{name} + tenant},
                                                           .name = name,
                                                           .cron_time = "@daily",
                                                           .tenant = TenantId{tenant}},
                                                          ""));
    };
    CHECK(made("me", "a"));
    CHECK(made("me", "b"));
    const auto refused = made("me", "c");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::denied);
    CHECK(refused.error().fields == std::vector<std::string>{"limit_jobs"});
    CHECK(made("you", "a"));
    world.must(world.store().jobs->delete_jobs(TenantId{"me"}, {JobId{"ame"}}));
    CHECK(made("me", "c"));
}

TEST_CASE("concurrent creates cannot exceed the limit of jobs", "[store][limits]") {
    World world{Options{.jobs_per_tenant = 5}};
    world.open();
    std::vector<boost::asio::awaitable<Result<model::Job>>> work;
    for (int i = 0; i < 20; ++i)
        work.push_back(world.store().jobs->create_job({.id = JobId{std::to_string(i)},
                                                       .name = std::to_string(i),
                                                       .cron_time = "@daily",
                                                       .tenant = TenantId{"me"}},
                                                      ""));
    std::size_t made = 0;
    for (const auto& answer : world.all(std::move(work))) made += answer ? 1 : 0;
    CHECK(made == 5);
    CHECK(world.number("select f_jobs from t_cron_tenant where f_tenant_id = 'me'") == 5);
}

TEST_CASE("the bytes of a tenant's jobs are counted through every change", "[store][limits]") {
    World world{Options{.bytes_per_tenant = 400}};
    world.open();
    model::Job job{.id = JobId{"a"},
                   .name = "a",
                   .cron_time = "@daily",
                   .context = std::string(150, ' '),
                   .tenant = TenantId{"me"}};
    const auto counted = [&] {
        return world.number("select coalesce(sum(f_bytes), 0) from t_cron_tenant") ==
               world.number("select coalesce(sum(length(f_job_context)), 0) from t_cron_job");
    };
    world.must(world.store().jobs->create_job(job, ""));
    CHECK(counted());
    job.context = std::string(300, ' ');
    world.must(world.store().jobs->replace_job(std::nullopt, job, "", std::nullopt));
    CHECK(counted());
    job.context = std::string(401, ' ');
    const auto refused = world.await(world.store().jobs->replace_job(std::nullopt, job, "", std::nullopt));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().fields == std::vector<std::string>{"limit_bytes"});
    model::Job other = job;
    other.id = JobId{"b"}, other.name = "b", other.context = std::string(101, ' ');
    CHECK_FALSE(world.await(world.store().jobs->create_job(other, "")));
    world.must(world.store().jobs->notify_jobs(std::nullopt, {job.id}, "http://localhost/"));
    CHECK(counted());
    world.must(world.store().jobs->delete_jobs(std::nullopt, {job.id}));
    CHECK(counted());
}
