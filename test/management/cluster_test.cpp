#include "management/service.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

TEST_CASE("the cluster is shown with its nodes, shards and their lag", "[management]") {
    Service service;
    const Instant now = service.clock.now();
    service.options.node = NodeId{"one"};
    service.store.led = {Shard{1}};
    service.store.state = {.available = true, .driver = store::Driver::mysql, .version = "10.11.14-MariaDB"};
    service.store.state_of_cluster = {
        .now = now,
        .nodes = {{.node = NodeId{"one"}, .lease_until = now + Seconds{4}, .alive = true},
                  {.node = NodeId{"two"}, .lease_until = now - Seconds{9}, .clock_ahead = Millis{-150}},
                  {.node = NodeId{"three"}, .lease_until = now, .clock_ahead = Millis{3'500}}},
        .shards = {
            {.shard = Shard{0}, .node = NodeId{"two"}, .epoch = Epoch{3}, .watermark = now - Millis{1'250}},
            {.shard = Shard{1}, .node = NodeId{"one"}, .epoch = Epoch{4}, .watermark = now + Millis{200}},
            {.shard = Shard{2}, .watermark = now + Seconds{3'600}},
            {.shard = Shard{3}}}};
    const Reply reply = service.get("/cluster");
    REQUIRE(reply.status() == 200);
    CHECK(reply.json() == bj::parse(R"({
        "self":{"node":"one","leading":[1]},
        "nodes":[
            {"node":"one","lease_until":"2026-01-05T10:00:04.000Z","alive":true,"clock_ahead_seconds":0},
            {"node":"two","lease_until":"2026-01-05T09:59:51.000Z","alive":false,"clock_ahead_seconds":-0.15,
             "trouble":"its clock is 150ms behind the database's"},
            {"node":"three","lease_until":"2026-01-05T10:00:00.000Z","alive":false,"clock_ahead_seconds":3.5,
             "trouble":"its clock is 3s500ms ahead of the database's; it does not lead"}],
        "shards":[
            {"shard":0,"node":"two","epoch":3,"watermark":"2026-01-05T09:59:58.750Z","lag_seconds":1.25},
            {"shard":1,"node":"one","epoch":4,"watermark":"2026-01-05T10:00:00.200Z","lag_seconds":0},
            {"shard":2,"node":"","epoch":0,"watermark":"2026-01-05T11:00:00.000Z","lag_seconds":0,
             "trouble":"its watermark is 1h ahead of the database's clock; it does not plan"},
            {"shard":3,"node":"","epoch":0,"watermark":"","lag_seconds":0}],
        "database":{"driver":"mysql","version":"10.11.14-MariaDB","reachable":true,"latency_ms":0}})"));
}

TEST_CASE("the cluster shows a database that refuses writes, and the webhooks that wait", "[management]") {
    Service service;
    service.store.state = {.available = true,
                           .version = "3.40.1",
                           .writes_refused = store::WriteRefusal::disk_full,
                           .problem = "the disk is full"};
    service.options.webhooks = [] { return Webhooks{.waiting = 3, .oldest_seconds = 1.5}; };
    const Reply reply = service.get("/cluster");
    CHECK(reply.at("/database") ==
          bj::parse(R"({"driver":"sqlite","version":"3.40.1","reachable":true,"latency_ms":0,
        "trouble":"the disk is full"})"));
    CHECK(reply.at("/outbox") == bj::parse(R"({"waiting":3,"oldest_seconds":1.5})"));
}

TEST_CASE("a node without its store has no cluster information", "[management]") {
    Service service;
    service.store.away = true;
    CHECK(service.get("/cluster").status() == 503);
}

namespace {

/// The options of a node, as config::settings_json() writes them.
std::string options_with(std::string_view description) {
    return R"([{"name":"cron_port","value":"80","default_value":"12345","source":"--cron-port",)"
           R"("group":"Listening","secret":false,"description":")" +
           std::string{description} + R"("}])";
}

}  // namespace

TEST_CASE("the configuration is that of the node", "[management]") {
    Service service;
    service.options.node = NodeId{"one"};
    service.options.configuration.english = options_with("Port of the API.");
    const Reply reply = service.get("/configuration");
    CHECK(reply.at("/node") == "one");
    CHECK(reply.at("/options") == bj::parse(service.options.configuration.english));
}

TEST_CASE("options are described in Chinese if the client prefers it, otherwise in English", "[management]") {
    const auto [header, description] = GENERATE(table<std::string, std::string>({
        {"", "Port."},
        {"en", "Port."},
        {"zh-CN", "端口。"},
        {"zh-TW", "端口。"},
        {"fr, zh;q=0.5", "端口。"},
        {"zh;q=0.5, en", "Port."},
        {"fr", "Port."},
        {"*", "Port."},
    }));
    Service service;
    // `lang` is the language of messages.
    service.options.language = model::Language::zh_cn;
    service.options.configuration = {.english = options_with("Port."), .chinese = options_with("端口。")};
    std::vector<http::Header> headers;
    if (!header.empty()) headers.push_back({"Accept-Language", header});
    CAPTURE(header);
    const Reply reply = service.ask(Method::get, "/configuration", {}, headers);
    CHECK(reply.at("/options/0/description").as_string() == description);
}
