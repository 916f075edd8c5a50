#include "management/guarded.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

namespace {

void given_dead(Service& service, int count, const std::string& tenant = "me") {
    for (int i = 0; i < count; ++i) {
        const auto key = static_cast<std::int64_t>(service.store.letters.dead.size()) + 1;
        service.store.letters.dead.push_back({.key = key,
                                              .message_id = "msg_" + std::to_string(key),
                                              .execution = ExecuteId{"run-1"},
                                              .tenant = TenantId{tenant},
                                              .url = "https://hook.example.com/h",
                                              .created = service.clock.now(),
                                              .died = service.clock.now() + Seconds{60},
                                              .tries = 7,
                                              .code = 410,
                                              .reason = "the receiver answered 410"});
    }
}

std::vector<std::string> ids(const Reply& reply) {
    std::vector<std::string> found;
    const bj::value list = reply.json();
    for (const bj::value& letter : list.as_array())
        found.emplace_back(letter.at("dead_letter_id").as_string());
    return found;
}
using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a dead letter contains message, receiver and reason", "[management]") {
    Service service;
    given_dead(service, 1);
    const Reply reply = service.get("/deadletter");
    CHECK(reply.status() == 200);
    CHECK(reply.json() == bj::parse(R"([{"dead_letter_id":"1","message_id":"msg_1","execute_id":"run-1",
        "webhook":"https://hook.example.com/h","tries":7,"code":410,"reason":"the receiver answered 410",
        "created_at":"2026-01-05T10:00:00Z","died_at":"2026-01-05T10:01:00Z"}])"));
    CHECK(reply.field("Link").empty());
}

TEST_CASE("dead letters are paged by cursor, newest first, only the caller's", "[management]") {
    AsTenant service;
    given_dead(service, 3);
    given_dead(service, 2, "another tenant");
    const Reply first = service.get("/deadletter?limit=2");
    CHECK(ids(first) == Ids{"3", "2"});
    CHECK(first.field("X-Next-After") == "2");
    const Reply second = service.get("/deadletter?limit=2&after=2");
    CHECK(ids(second) == Ids{"1"});
    CHECK(second.field("X-Next-After").empty());
    CHECK(service.get("/deadletter?limit=-1").status() == 400);
    CHECK(service.get("/deadletter?after=x").status() == 400);
    CHECK(ids(service.get("/deadletter?limit=0")).empty());
}

TEST_CASE("dead letters are redelivered, all that are named or none", "[management]") {
    AsTenant service;
    given_dead(service, 3);
    given_dead(service, 1, "another tenant");
    CHECK(service.post("/deadletter/1,3/redeliver", "").status() == 200);
    CHECK(service.store.letters.put_back == std::vector<std::int64_t>{1, 3});
    for (const char* names : {"2,4", "2,99", "2,", "x", "9999999999999999999999"}) {
        CAPTURE(names);
        const Reply reply = service.post(std::string{"/deadletter/"} + names + "/redeliver", "");
        CHECK(reply.status() == 404);
        CHECK(reply.cause() == "This dead letter does not exist");
        CHECK(reply.detail() == bj::parse(R"({"conflicts":["dead_letter_id"]})"));
    }
    CHECK(service.store.letters.put_back.size() == 2);
}
