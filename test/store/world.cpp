#include "store/world.hpp"

#include <fmt/format.h>
#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>

#include <cstdlib>
#include <filesystem>

#include "ecron/base/uuid.hpp"
#include "ecron/model/json.hpp"

namespace ecron::store::test {

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

void on_server(const Options& options, const std::string& sql) {
    soci::session session(*soci::factory_mysql(),
                          fmt::format("host='{}' port={} user='{}' password='{}'", options.host, options.port,
                                      options.user, options.password.reveal()));
    session << sql;
}

}  // namespace

Driver tested_driver() { return environment("ECRON_TEST_STORE") == "mysql" ? Driver::mysql : Driver::sqlite; }

Database::Database() {
    options_.driver = tested_driver();
    folder_ = (std::filesystem::temp_directory_path() / ("ecron-store-" + random_uuid())).string();
    std::filesystem::create_directories(folder_);
    options_.path = folder_ + "/ecron.db";
    if (options_.driver == Driver::sqlite) return;
    options_.host = environment("ECRON_TEST_MYSQL_HOST");
    options_.port = static_cast<std::uint16_t>(std::stoi(environment("ECRON_TEST_MYSQL_PORT")));
    options_.user = environment("ECRON_TEST_MYSQL_USER");
    options_.password = SecretText(environment("ECRON_TEST_MYSQL_PASSWORD"));
    options_.database = "ecron_" + to_hex(random_bytes(8));
    on_server(options_,
              "create database " + options_.database + " character set utf8mb4 collate utf8mb4_bin");
}

Database::~Database() {
    std::filesystem::remove_all(folder_);
    if (options_.driver == Driver::mysql) on_server(options_, "drop database " + options_.database);
}

World::World(const Options& knobs) : options_(knobs) {
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
    return must(store().create_job(a_job(name, tenant), ""));
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

model::Execution a_run(const model::Job& job, Epoch epoch, Instant nominal) {
    model::Execution run;
    run.id = ExecuteId(keyed_uuid("key", job.id.value(), nominal));
    run.job_id = job.id;
    run.job_key = job.key;
    run.job_type = job.type;
    run.job_name = job.name;
    run.tenant = job.tenant;
    run.trigger = model::Trigger::schedule;
    run.nominal = run.due = nominal;
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
