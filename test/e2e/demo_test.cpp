#include <boost/json/array.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>

#include "e2e/client.hpp"
#include "e2e/ecron.hpp"
#include "e2e/wait.hpp"
#include "ecron/base/uuid.hpp"

/// `ecron serve --demo`, and the page in the binary.
namespace ecron::e2e {
namespace {

namespace fs = std::filesystem;

/// A demo with its own folder for temporary files.
struct GivenDemo {
    GivenDemo() {
        ecron.flags() = {"--demo"};
        ecron.environment()["TMPDIR"] = folder;
    }
    ~GivenDemo() { fs::remove_all(folder); }
    GivenDemo(const GivenDemo&) = delete;
    GivenDemo& operator=(const GivenDemo&) = delete;

    [[nodiscard]] bool has_data() const {
        for (const auto& entry : fs::directory_iterator(folder))
            if (entry.path().filename().string().starts_with("ecron-demo-")) return true;
        return false;
    }

    std::string folder = [] {
        const fs::path path = fs::temp_directory_path() / ("ecron-e2e-demo-" + random_uuid());
        fs::create_directories(path);
        return path.string();
    }();
    Ecron ecron{folder, {{"cron_port", "0"}}};
};

/// A page may be empty although the list continues.
bool has_executions(Api& api, const std::string& state) {
    for (std::string after;;) {
        const Reply page = api.get("/jobexecution?limit=1000&state=" + state + "&after=" + after);
        REQUIRE(page.status == 200);
        if (!page.parsed().as_array().empty()) return true;
        after = page.header("x-next-after");
        if (after.empty()) return false;
    }
}

}  // namespace

TEST_CASE("a demo has jobs and a week of history, and leaves nothing behind", "[demo]") {
    GivenDemo demo;
    demo.ecron.start();
    CHECK(demo.has_data());
    CHECK(demo.ecron.log().find("The demo is at http://127.0.0.1:" + std::to_string(demo.ecron.port()) +
                                "/") != std::string::npos);
    CHECK(demo.ecron.api().get("/jobtotal").parsed().at("total") == 200);
    for (const char* state : {"success", "abandon", "interrupt"}) {
        CAPTURE(state);
        CHECK(has_executions(demo.ecron.api(), state));
    }
    CHECK_FALSE(demo.ecron.api().get("/missed").parsed().as_array().empty());
    SECTION("its jobs call the target inside the process") {
        const json::value jobs = demo.ecron.api().get("/job?name=Recalculate%20tax%20rates").parsed();
        REQUIRE(jobs.as_array().size() == 1);
        const std::string id{jobs.at(0).at("job_id").as_string()};
        // The usual duration is that of the URL.
        const Reply run = demo.ecron.api().post("/jobexecution", R"({"job_id":")" + id + R"("})");
        REQUIRE(run.status == 200);
        const std::string path = "/jobexecution/" + run.text("/execute_id");
        wait_until("the execution has ended",
                   [&] { return demo.ecron.api().get(path).text("/job_status") == "success"; });
        CHECK(demo.ecron.api().get(path + "/output").body.starts_with(R"({"status":"done")"));
    }
    CHECK(demo.ecron.terminate() == 0);
    CHECK_FALSE(demo.has_data());
}

TEST_CASE("a demo is refused where there is a database", "[demo]") {
    GivenDemo demo;
    SECTION("configured") {
        demo.ecron.settings()["db_path"] = demo.folder + "/own.db";
        CHECK(demo.ecron.run_to_end() == 2);
        CHECK(demo.ecron.logged("db_path: a demo has a database of its own"));
        CHECK_FALSE(fs::exists(demo.folder + "/own.db"));
    }
    SECTION("existing") {
        demo.ecron.flags().clear();
        demo.ecron.start();
        CHECK(demo.ecron.terminate() == 0);
        REQUIRE(fs::exists(demo.folder + "/ecron.db"));
        demo.ecron.flags() = {"--demo"};
        CHECK(demo.ecron.run_to_end() == 2);
        CHECK(demo.ecron.logged("ecron.db exists here"));
    }
    CHECK_FALSE(demo.has_data());
}

#if ECRON_HAS_PAGE
TEST_CASE("the binary serves its page", "[demo]") {
    GivenDemo demo;
    demo.ecron.flags().clear();
    demo.ecron.start();
    Api& api = demo.ecron.api();
    const Reply root = api.send("GET", "/ui");
    CHECK(root.status == 302);
    CHECK(root.header("location") == "/ui/");
    const Reply index = api.get("/ui/jobs/some-id");
    CHECK(index.status == 200);
    CHECK(index.body.starts_with("<!doctype html>"));
    CHECK(index.header("cache-control") == "no-cache");
    CHECK(index.header("x-content-type-options") == "nosniff");
    CHECK(index.header("referrer-policy") == "no-referrer");
    CHECK(index.header("cross-origin-opener-policy") == "same-origin");
    CHECK(index.header("content-security-policy").find("unsafe") == std::string::npos);
    CHECK(api.send("GET", "/ui/", {}, {"If-None-Match: " + index.header("etag")}).status == 304);
    // Also for a link of another site; the API refuses such requests.
    CHECK(api.send("GET", "/ui/", {}, {"Sec-Fetch-Site: cross-site"}).status == 200);
    CHECK(api.send("GET", "/job", {}, {"Sec-Fetch-Site: cross-site"}).status == 403);
    const std::size_t script = index.body.find("/ui/assets/");
    REQUIRE(script != std::string::npos);
    const std::string path = index.body.substr(script, index.body.find('"', script) - script);
    const Reply plain = api.get(path);
    CHECK(plain.status == 200);
    CHECK(plain.header("cache-control") == "public, max-age=31536000, immutable");
    const Reply encoded = api.send("GET", path, {}, {"Accept-Encoding: br, gzip;q=0.5"});
    CHECK(encoded.header("vary") == "Accept-Encoding");
    CHECK(encoded.body.size() <= plain.body.size());
    const Reply part = api.send("GET", path, {}, {"Range: bytes=1-3"});
    CHECK(part.status == 206);
    CHECK(part.body == plain.body.substr(1, 3));
    demo.ecron.settings()["ui_enabled"] = "false";
    CHECK(demo.ecron.terminate() == 0);
    demo.ecron.start();
    CHECK(demo.ecron.api().get("/ui/").status == 404);
}
#endif

}  // namespace ecron::e2e
