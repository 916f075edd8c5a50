#include "store/world.hpp"

#include "ecron/base/uuid.hpp"
#include "ecron/model/json.hpp"

namespace ecron::store::test {

World::World(const Options& options, Schema schema) : database_(schema), options_(options) {
    const Options& address = database_.options();
    options_.driver = address.driver;
    options_.path = address.path;
    options_.host = address.host;
    options_.port = address.port;
    options_.user = address.user;
    options_.password = address.password;
    options_.database = address.database;
}

World::~World() { close(); }

Result<void> World::try_open() {
    auto opened = Store::open(io_, options_, clock_);
    if (!opened) return std::unexpected(opened.error());
    store_ = std::move(*opened);
    return {};
}

void World::open() {
    const Result<void> opened = try_open();
    if (!opened) FAIL(opened.error().what);
}

void World::close() {
    if (!store_) return;
    store_->close();
    io_.restart();
    io_.run();
    store_.reset();
}

std::int64_t World::number(std::string_view query) {
    Session beside = session();
    Statement& statement = beside.prepare(query, "", "i");
    REQUIRE(statement.first());
    return statement.integer(0);
}

std::string World::text(std::string_view query) {
    Session beside = session();
    Statement& statement = beside.prepare(query, "", "s");
    REQUIRE(statement.first());
    return statement.text(0);
}

void World::wait_for_none(std::string_view query) {
    const auto deadline = std::chrono::steady_clock::now() + Seconds{60};
    while (number(query) != 0) {
        if (std::chrono::steady_clock::now() > deadline) FAIL("rows remain after a minute: " << query);
        io_.restart();
        io_.poll();
    }
}

model::Job World::given_job(const std::string& name, const std::string& tenant) {
    return must(store().jobs->create_job(a_job(name, tenant), ""));
}

std::string a_context(const std::string& body) {
    model::Context context;
    context.exec = "https://target.example.com/run";
    context.body = body;
    return model::write_context(context);
}

model::Job a_job(const std::string& name, const std::string& tenant) {
    model::Job job;
    job.id = JobId(random_uuid());
    job.name = name;
    job.cron_time = "0 0 * * *";
    job.context = a_context();
    job.tenant = TenantId(tenant);
    job.enabled = true;
    job.created_at = job.updated_at = *parse_rfc3339("2026-01-05T10:07:00Z");
    return job;
}

model::Execution a_run(const model::Job& job, Epoch epoch, Instant scheduled_at) {
    model::Execution run;
    run.id = ExecuteId(keyed_uuid("key", job.id.value(), scheduled_at));
    run.job_id = job.id;
    run.job_key = job.key;
    run.job_type = job.type;
    run.job_name = job.name;
    run.tenant = job.tenant;
    run.trigger = model::Trigger::schedule;
    run.scheduled_at = run.due = scheduled_at;
    run.attempt = 1;
    run.node = NodeId("node-1");
    run.epoch = epoch;
    run.revision = job.revision;
    return run;
}

Announcement an_announcement(const std::string& message_id, const std::string& receiver) {
    return {.message_id = message_id,
            .receiver = receiver,
            .url = receiver + "/hook",
            .payload = R"({"message":")" + message_id + "\"}"};
}

}  // namespace ecron::store::test
