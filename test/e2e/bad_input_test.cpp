#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "e2e/small_disk.hpp"
#include "e2e/world.hpp"

/// Invalid input and full disks.
namespace ecron::e2e {
namespace {

JobText idle(const std::string& name) { return {.name = name, .cron = "0 0 1 1 *"}; }

}  // namespace

TEST_CASE("an unwritable directory is reported with the user, and the exit code is 2", "[input]") {
    if (Database::tests_mysql()) return;
    const Database database;
    Settings settings = database.settings();
    settings["db_path"] = "/proc/ecron.db";  // where no user can create files, not even root
    Ecron ecron{database.folder(), settings};
    CHECK(ecron.run_to_end() == 2);
    CAPTURE(ecron.log());
    CHECK(ecron.logged("/proc cannot be written by user " + std::to_string(geteuid()) + ":"));
}

TEST_CASE("invalid requests are rejected with the reason, and the server stays up", "[input]") {
    World world;
    const auto refused = [&](const std::string& body, long status, const std::string& says) {
        const Reply reply = world.api().post("/job", body);
        CAPTURE(body.substr(0, 100), reply.body);
        CHECK(reply.status == status);
        CHECK(reply.body.find(says) != std::string::npos);
        CHECK(reply.parsed().at("code").as_int64() / 1'000'000 == status);
    };
    refused(R"({"job_name": "x", )", 400, "line 1, column 19");
    refused(std::string(10'000, '['), 400, "nest");
    refused(std::string(10'000, '[') + std::string(10'000, ']'), 400, "nest");
    refused("{\"job_name\":\"\xff\xfe\"}", 400, "line 1, column 14");
    refused(R"({"job_name":7})", 400, "job_name");
    refused(R"({"job_name":"x","job_type":"scheduled","job_cron_time":"0 0 30 2 *"})", 400, "job_cron_time");
    refused("", 400, "Invalid parameter");
    refused("{\"job_name\":\"" + std::string(1'048'576, 'x') + "\"}", 413, "413");
    CHECK(world.api().get("/job/x/y/z").status == 404);
    CHECK(world.api().send("PATCH", "/job").status == 405);
    CHECK(world.api().get("/job?limit=-1").status == 400);
    CHECK(world.api().get("/jobtotal?begin_at=2026-02-30T00:00:00Z").status == 400);
    world.given(idle("still there"));
    CHECK(world.ecron.runs());
}

TEST_CASE("names accept any text: SQL, quotes, emoji", "[input]") {
    World world;
    for (const std::string name :
         {"x'; drop table t_cron_job; --", "or 1=1 # and \"quoted\" \\",
          "\u5b9a\u65f6\u4efb\u52a1 \xf0\x9f\x95\x90", "%s ? :name @x `y`", "tab\\u0009zero"}) {
        const std::string id = world.given(idle(name));
        CHECK(world.api().get("/job?job_id=" + id).text("/0/job_name") == name);
        CHECK(world.api().post("/job", world.text_of(idle(name))).status == 409);
    }
    CHECK(world.api().get("/jobtotal").parsed().at("total") == 5);
}

TEST_CASE("an API on loopback rejects other origins and rebound names", "[input]") {
    World world;
    const std::string job = R"({"job_context":{"mode":"http","exec":"http://127.0.0.1:1/"}})";
    for (const char* header :
         {"Origin: https://evil.example", "Sec-Fetch-Site: cross-site", "Host: evil.example"})
        for (const char* path : {"/job", "/jobexecution"}) {
            CAPTURE(header, path);
            CHECK(world.api().send("POST", path, job, {header, "Content-Type: text/plain"}).status == 403);
            CHECK(world.api().send("GET", "/job", "", {header}).status == 403);
        }
    CHECK(world.api().get("/job").body == "[]");
}

TEST_CASE("incomplete requests time out and do not affect other clients", "[input]") {
    World world{{{"header_timeout", "300ms"}, {"body_timeout", "300ms"}, {"idle_timeout", "600ms"}}};
    std::vector<RawConnection> halves;
    for (int i = 0; i < 50; ++i) {
        halves.emplace_back(world.ecron.port()).send("POST /api/ecron-management/v1/job HTT");
        halves.emplace_back(world.ecron.port())
            .send(
                "POST /api/ecron-management/v1/job HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: "
                "100\r\n\r\n{\"job");
        halves.emplace_back(world.ecron.port());  // sends nothing
    }
    world.given(idle("beside them"));
    for (const RawConnection& half : halves) {
        const std::string answer = half.receive();
        CHECK((answer.empty() || answer.starts_with("HTTP/1.1 408")));
    }
    CHECK(world.api().get("/jobtotal").parsed().at("total") == 1);
}

TEST_CASE("reports a full disk and recovers once there is space", "[input]") {
    if (Database::tests_mysql()) return;
    const SmallDisk disk{"3m"};
    if (!disk.mounted()) return;
    World world;
    Ecron ecron{world.database.folder(), {{"db_driver", "sqlite"}, {"db_path", disk.path() + "/ecron.db"}}};
    ecron.start();
    REQUIRE(ecron.api().post("/job", world.text_of({.name = "each second", .path = "/small"})).status == 201);
    world.target.wait_for("/small", 1);

    disk.fill();
    std::vector<std::string> stored;
    Reply refused;
    const auto is_rejected = [&] {
        const Reply reply =
            ecron.api().post("/job", world.text_of(idle(fmt::format("job-{}", stored.size()))));
        if (reply.status == 201) return stored.push_back(reply.text("/job_id")), false;
        refused = reply;
        return true;
    };
    wait_until("a write is rejected", is_rejected);
    CAPTURE(refused.body, ecron.log());
    CHECK(refused.status == 503);
    CHECK_FALSE(refused.header("retry-after").empty());
    CHECK(ecron.api().get("/health/ready").status == 200);
    CHECK(ecron.api().get("/jobtotal").status == 200);
    CHECK(ecron.logged("full"));
    const auto metrics_say = [&](const std::string& line) {
        return ('\n' + ecron.api().get("/metrics").body).find('\n' + line + '\n') != std::string::npos;
    };
    CHECK(metrics_say("ecron_store_available 1"));
    // A smaller write, such as the outcome of the recurring job, may still fit and reset the metric.
    wait_until("the metric reports a full disk", [&] {
        return is_rejected() && metrics_say(R"(ecron_store_writes_refused{reason="disk_full"} 1)");
    });

    disk.make_room();
    wait_until("a write is accepted",
               [&] { return ecron.api().post("/job", world.text_of(idle("there is room"))).status == 201; });
    CHECK(metrics_say(R"(ecron_store_writes_refused{reason="disk_full"} 0)"));
    const std::size_t calls = world.target.count("/small");
    world.target.wait_for("/small", calls + 2);
    for (const std::string& id : stored) CHECK(ecron.api().get("/job?job_id=" + id).status == 200);
    CHECK(ecron.terminate() == 0);
}

TEST_CASE("reports an unwritable database file at startup", "[input]") {
    if (Database::tests_mysql()) return;
    const SmallDisk disk{"3m"};
    if (!disk.mounted()) return;
    const Database logs;
    Ecron ecron{logs.folder(), {{"db_driver", "sqlite"}, {"db_path", disk.path() + "/ecron.db"}}};
    ecron.start();
    CHECK(ecron.terminate() == 0);
    REQUIRE(::mount("ecron-test", disk.path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0);
    CHECK(ecron.run_to_end() == 2);
    CHECK(ecron.logged("ead-only"));
}

}  // namespace ecron::e2e
