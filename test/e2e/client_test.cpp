#include "e2e/client.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "e2e/ports.hpp"
#include "e2e/world.hpp"

/// The client commands against a running server.
namespace ecron::e2e {
namespace {

using Catch::Contains;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string last_word(std::string text) {
    while (text.ends_with('\n')) text.pop_back();
    return text.substr(text.rfind(' ') + 1);
}

std::string file_text(const std::string& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::string definition(const std::string& name, const std::string& url, const std::string& more = {}) {
    return fmt::format(
        "job_name: {}\njob_type: scheduled\njob_cron_time: 0 0 1 1 *\njob_context:\n  mode: http\n  exec: "
        "{}\n{}",
        name, url, more);
}

}  // namespace

TEST_CASE("jobs are created, shown, changed and deleted by name or id", "[client]") {
    World world;
    Client client{world.ecron.port()};
    client.run({"job", "create", "hello", "--cron", "0 0 1 1 *", "--url", world.target.url("/hello"),
                "--method", "GET", "--tz", "Europe/Berlin", "-l", "team=a"});
    CAPTURE(client.err);
    REQUIRE(client.exit_code == 0);
    CHECK_THAT(client.out, Catch::StartsWith("created hello ") && Contains("day 1 of January"));
    const std::string id = client.out.substr(14, 36);

    CHECK_THAT(client.run({"job", "list"}).out,
               Catch::StartsWith("NAME ") && Contains("2027-01-01T00:00:00+01:00"));
    CHECK(client.run({"job", "list", "-o", "name", "-l", "team=a"}).out == "hello\n");
    CHECK(client.run({"job", "list", "-o", "name", "-l", "team=b"}).out.empty());
    CHECK_THAT(client.run({"job", "list", "-o", "wide"}).out,
               Contains(id) && Contains(world.target.url("/hello")));
    CHECK_THAT(client.run({"job", "get", "hello"}).out,
               Contains("job_id: ") && Contains("# next occurrences\n"));
    CHECK(client.run({"job", "get", id, "-o", "json"}).out ==
          client.run({"job", "get", "hello", "-o", "json"}).out);
    CHECK(json::parse(client.out).at("job_id").as_string() == id);

    CHECK(client.run({"job", "disable", id}).out == "disabled hello\n");
    CHECK_THAT(client.run({"job", "get", "hello"}).out, Contains("enabled: false"));
    CHECK(client.run({"job", "enable", "hello"}).exit_code == 0);
    client.environment()["EDITOR"] = "sed -i s/hello/renamed/";
    CHECK(client.run({"job", "edit", "hello"}).out == "changed renamed\n");
    client.environment()["EDITOR"] = "true";
    CHECK(client.run({"job", "edit", id}).out == "unchanged renamed\n");
    client.environment()["EDITOR"] = "sed -i s/exec:/exce:/";
    CHECK(client.run({"job", "edit", "renamed"}).exit_code == 2);
    CHECK_THAT(client.err, Contains("did you mean exec?"));
    const std::string kept = last_word(client.err);
    CHECK_THAT(file_text(kept), Contains("exce: " + world.target.url("/renamed")));
    std::filesystem::remove(kept);
    CHECK(client.run({"job", "delete", "renamed"}).out == "deleted renamed\n");
    CHECK(client.run({"job", "get", id}).exit_code == 1);
    CHECK(client.err == fmt::format("ecron: there is no job \"{}\"\n", id));
}

TEST_CASE("an edit is refused if the job has changed in the meantime", "[client]") {
    World world;
    Client client{world.ecron.port()};
    client.run({"job", "create", "shared", "--url", world.target.url("/x")});
    client.environment()["EDITOR"] =
        fmt::format("sh -c '{} job disable shared --server http://127.0.0.1:{} && sed -i s/shared/mine/ $0'",
                    Client::binary(), world.ecron.port());
    CHECK(client.run({"job", "edit", "shared"}).exit_code == 1);
    CHECK_THAT(client.err, Contains("412") && Contains("changed in the meantime"));
    CHECK(std::filesystem::remove(last_word(client.err)));  // the edited text
    CHECK(client.run({"job", "list", "-o", "name"}).out == "shared\n");
}

TEST_CASE("a running execution is cancelled by the name of its job", "[client]") {
    World world;
    world.target.answer("/slow", Answer{.hangs = true});
    Client client{world.ecron.port()};
    client.run({"job", "create", "slow", "--url", world.target.url("/slow")});
    const std::string execution = first_line(client.run({"job", "run", "slow"}).out);
    world.target.wait_for("/slow", 1);
    CHECK(client.run({"job", "cancel", "slow"}).out == execution + " interrupt\n");
    CHECK(client.run({"job", "cancel", execution}).exit_code == 1);
    CHECK_THAT(client.err, Contains("409") && Contains("has already ended (interrupt)"));
}

TEST_CASE("jobs are deleted by label, after a confirmation", "[client]") {
    World world;
    Client client{world.ecron.port()};
    for (const std::string name : {"one", "two"})
        client.run({"job", "create", name, "--url", world.target.url("/x"), "-l", "team=a"});
    client.run({"job", "create", "three", "--url", world.target.url("/x"), "-l", "team=b"});
    CHECK(client.run({"job", "delete", "-l", "team=a"}).exit_code == 2);
    CHECK_THAT(client.err, Contains("2 jobs have these labels; nothing was deleted: confirm with --yes"));
    CHECK(client.run({"job", "delete", "three", "-l", "team=a", "--yes"}).exit_code == 2);
    CHECK(client.run({"job", "delete", "-l", "team=c", "--yes"}).exit_code == 1);
    CHECK(client.run({"job", "list", "-o", "name"}).out == "one\nthree\ntwo\n");
    CHECK(client.run({"job", "delete", "-l", "team=a", "--yes"}).exit_code == 0);
    CHECK(client.run({"job", "list", "-o", "name"}).out == "three\n");
}

TEST_CASE("a run is followed across a restart of the server", "[client]") {
    World world{{{"shutdown_grace", "300ms"}}};
    world.target.answer("/slow", Answer{.hangs = true});
    const std::uint16_t port = world.ecron.port();
    Client client{port};
    client.run({"job", "create", "slow", "--url", world.target.url("/slow")});
    world.ecron.settings()["cron_port"] = std::to_string(port);
    {
        const std::jthread following{[&] { client.run({"job", "run", "slow", "-f"}); }};
        world.target.wait_for("/slow", 1);
        world.ecron.terminate();
        world.target.release("/slow");
        world.ecron.start();
    }
    CAPTURE(client.err);
    CHECK(client.exit_code == 0);
    CHECK_THAT(client.err,
               Contains("the stream ended before the execution, reconnecting") && Contains("ended: success"));
}

TEST_CASE("a run's output is followed, listed and explained", "[client]") {
    World world;
    world.target.answer("/work", Answer{.body = "work done\n", .delay = Millis{300}});
    world.target.answer("/broken", Answer{.status = 500});
    Client client{world.ecron.port()};
    client.run({"job", "create", "work", "--url", world.target.url("/work")});
    CHECK(client.run({"job", "logs", "work"}).exit_code == 1);
    CHECK_THAT(client.err, Contains("the job has no execution yet"));
    client.run({"job", "run", "work", "-f"});
    CAPTURE(client.err);
    CHECK(client.exit_code == 0);
    CHECK_THAT(client.err, Contains("ended: success"));
    CHECK(client.run({"job", "logs", "work"}).out == "work done\n");
    CHECK_THAT(client.run({"job", "history", "work"}).out, Contains("success"));
    const std::string execution = first_line(client.run({"job", "history", "work", "-o", "name"}).out);
    CHECK(client.run({"job", "logs", execution}).out == "work done\n");
    CHECK_THAT(client.run({"job", "explain", "work", "--at", "2026-01-01T00:00:00Z"}).out,
               Contains("not_created"));
    CHECK_THAT(client.run({"job", "list"}).out, Contains("success"));

    client.file("broken.yaml",
                definition("broken", world.target.url("/broken"), "  retry: {max_attempts: 1}\n"));
    client.run({"job", "create", "-f", "broken.yaml"});
    REQUIRE(client.exit_code == 0);
    CHECK(client.run({"job", "run", "broken", "-f"}).exit_code == 1);
    CHECK_THAT(client.err, Contains("ended: abandon"));
}

TEST_CASE("apply makes the server match the files, and then writes nothing", "[client]") {
    World world;
    Client client{world.ecron.port()};
    const std::string url = world.target.url("/x");
    client.file("jobs/a.yaml",
                definition("one", url) + "---\n" + definition("two", url, "  labels: {team: a}\n"));
    client.file("jobs/sub/b.yml", definition("three", url, "  timeout: 90\n  retry: {max_attempts: 2}\n"));
    CHECK_THAT(client.run({"apply", "-f", "jobs", "--dry-run"}).out, Contains("3 to create, 0 to change"));
    CHECK(client.run({"diff", "-f", "jobs"}).exit_code == 1);
    client.run({"apply", "-f", "jobs"});
    CAPTURE(client.err, client.out);
    CHECK(client.exit_code == 0);
    CHECK_THAT(client.out, Contains("3 created, 0 changed, 0 deleted, 0 unchanged, 0 failed"));
    const std::string before = client.run({"job", "list", "-o", "json"}).out;
    CHECK(client.run({"apply", "-f", "jobs"}).out ==
          "0 created, 0 changed, 0 deleted, 3 unchanged, 0 failed\n");
    CHECK(client.run({"diff", "-f", "jobs"}).exit_code == 0);
    CHECK(client.run({"job", "list", "-o", "json"}).out == before);  // the revisions, too

    client.file("exported.yaml", client.run({"export", "-o", "yaml"}).out);
    CHECK(client.run({"diff", "-f", "exported.yaml"}).exit_code == 0);

    client.run({"job", "disable", "one"});
    client.file("jobs/a.yaml", definition("one", url, "  timezone: Asia/Shanghai\n"));
    CHECK_THAT(
        client.run({"diff", "-f", "jobs"}).out,
        Contains("~ one\n    job_context.timezone: (none) → \"Asia/Shanghai\"\n") && !Contains("- two"));
    CHECK_THAT(client.run({"diff", "-f", "jobs", "--prune"}).out, Contains("- two"));
    CHECK_THAT(client.run({"diff", "-f", "jobs", "--prune", "-l", "team=b"}).out, !Contains("- two"));
    CHECK_THAT(client.run({"apply", "-f", "jobs", "--prune", "-l", "team=a"}).out,
               Contains("0 created, 1 changed, 1 deleted, 1 unchanged, 0 failed"));
    CHECK_THAT(client.run({"job", "get", "one"}).out,
               Contains("enabled: false") && Contains("Asia/Shanghai"));
}

TEST_CASE("more jobs than one page of the list are applied, and then unchanged", "[client]") {
    World world;
    Client client{world.ecron.port()};
    std::string many;
    for (int i = 0; i < 1'100; ++i)
        many += "---\n" + definition(fmt::format("job-{}", i), world.target.url("/x"));
    client.file("many.yaml", many);
    CHECK_THAT(client.run({"apply", "-f", "many.yaml"}).out,
               Contains("1100 created, 0 changed, 0 deleted, 0 unchanged, 0 failed"));
    CAPTURE(client.err);
    CHECK(client.run({"apply", "-f", "many.yaml"}).out ==
          "0 created, 0 changed, 0 deleted, 1100 unchanged, 0 failed\n");
    CHECK(std::ranges::count(client.run({"job", "list"}).out, '\n') == 1'101);
}

TEST_CASE("invalid definitions change nothing and are reported with file, line and reason", "[client]") {
    World world;
    Client client{world.ecron.port()};
    client.file("jobs/good.yaml", definition("good", world.target.url("/x")));
    client.file("jobs/bad.yaml",
                "job_name: bad\njob_type: scheduled\njob_cron_time: 0 25 * * *\njob_context: {mode: http}\n");
    CHECK(client.run({"apply", "-f", "jobs"}).exit_code == 2);
    CHECK_THAT(client.err, Contains("ecron: jobs/bad.yaml:1: job_cron_time: hour 25 is above 23") &&
                               Contains("job_context.exec: "));
    client.file("jobs/bad.yaml", "job_name: bad\njob_contxt: {}\n");
    CHECK(client.run({"apply", "-f", "jobs"}).exit_code == 2);
    CHECK(client.err == "ecron: jobs/bad.yaml:2: job_contxt: unknown member, did you mean job_context?\n");
    client.file("jobs/bad.yaml", "job_name: bad\nx: [\n");
    CHECK(client.run({"apply", "-f", "jobs"}).exit_code == 2);
    CHECK_THAT(client.err, Contains("jobs/bad.yaml:3: is not valid YAML"));
    CHECK(client.run({"job", "list", "-o", "name"}).out.empty());
}

TEST_CASE("a refused job does not keep apply from the others", "[client]") {
    World world{{{"command_enabled", "false"}}};
    Client client{world.ecron.port()};
    client.run({"apply", "-f", "-"},
               definition("good", world.target.url("/x")) +
                   "---\njob_name: long\nremarks: " + std::string(300, 'x') +
                   "\njob_type: real-time\njob_context: {mode: http, exec: http://h}\n");
    CHECK(client.exit_code == 1);
    CHECK_THAT(client.err, Contains("ecron: long: ") && Contains("remarks: has 300 characters"));
    CHECK_THAT(client.out,
               Contains("created good\n1 created, 0 changed, 0 deleted, 0 unchanged, 1 failed\n"));
}

TEST_CASE("a crontab is imported and applied", "[client]") {
    World world{{{"command_enabled", "true"}, {"command_as_self", "true"}}};
    Client client{world.ecron.port()};
    client.run({"import", "crontab", "-", "--tz", "Europe/Berlin"},
               "MAILTO=ops\n# nightly\n30 2 * * * echo one | cat\n@hourly /bin/echo two\n");
    CAPTURE(client.err);
    REQUIRE(client.exit_code == 0);
    CHECK_THAT(client.err, Contains("MAILTO") && Contains("a pipe needs a shell"));
    client.file("cron.yaml", client.out);
    client.run({"apply", "-f", "cron.yaml"});
    CAPTURE(client.out);
    CHECK(client.exit_code == 0);
    CHECK(client.run({"job", "list", "-o", "name"}).out == "echo\necho-2\n");
    CHECK(client.run({"job", "run", "echo", "-f"}).out == "one\n");
    CHECK(client.run({"job", "run", "echo-2", "-f"}).out == "two\n");
}

TEST_CASE("login stores a profile that later commands use", "[client]") {
    Client client{0};
    const std::string tokens = client.folder() + "/tokens";
    client.run({"token", "create", "reader", "--scope", "ecron.read", "--token-file", tokens});
    const std::string token = first_line(client.out);
    REQUIRE(client.exit_code == 0);
    World world{{{"auth_mode", "token"}, {"token_file", tokens}}};
    client.environment()["ECRON_SERVER"] = fmt::format("http://127.0.0.1:{}", world.ecron.port());
    client.environment()["ECRON_TOKEN_FILE"] = tokens;  // of the service: no client command reads it

    CHECK(client.run({"job", "list"}).exit_code == 4);
    CHECK_THAT(client.err, Contains("401") && Contains("ecron login"));
    CHECK(client.run({"login", "--token", "wrong"}).exit_code == 4);
    CHECK(client.run({"login", "--profile", "test"}, token + '\n').exit_code == 0);
    CAPTURE(client.err);
    client.environment().erase("ECRON_SERVER");
    CHECK(client.run({"job", "list", "-o", "name"}).exit_code == 0);
    client.run({"job", "create", "x", "--url", world.target.url("/x")});
    CHECK(client.exit_code == 4);
    CHECK_THAT(client.err, Contains("403") && Contains("ecron.write"));
}

TEST_CASE("login asks for no token if the server requires none", "[client]") {
    World world;
    Client client{world.ecron.port()};
    CHECK(client.run({"login"}).exit_code == 0);
    client.environment().erase("ECRON_SERVER");
    CHECK(client.run({"job", "list"}).exit_code == 0);
}

TEST_CASE("a server that cannot be reached and wrong command lines have their own exit codes", "[client]") {
    World world;
    Client client{free_port()};
    CHECK(client.run({"job", "list"}).exit_code == 3);
    CHECK_THAT(client.err, Contains("connection refused"));
    CHECK(client.run({"job", "list", "-o", "xml"}).exit_code == 2);
    CHECK(client.run({"job", "get"}).exit_code == 2);
    CHECK(client.run({"apply"}).exit_code == 2);
    CHECK(client.run({"job", "list", "--server", world.target.url("")}).exit_code == 1);
    CHECK_THAT(client.err, Contains("is this the API of ecron?"));
    CHECK(client.run({}).exit_code == 2);
    CHECK_THAT(client.out, Contains("Usage: ecron COMMAND"));
}

TEST_CASE("a forecast counts occurrences and names the jobs", "[client]") {
    World world;
    Client client{world.ecron.port()};
    const std::string url = world.target.url("/");
    for (const auto& [name, cron] : {std::pair{"often", "*/20 * * * *"}, {"daily", "30 0 * * *"}})
        REQUIRE(client.run({"job", "create", name, "--cron", cron, "--url", url}).exit_code == 0);
    client.run({"forecast", "--from", "2036-01-01T00:00:00Z", "--to", "2036-01-01T02:00:00Z"});
    CHECK(client.exit_code == 0);
    CHECK_THAT(client.out, Contains("often ×3, daily\n") && Contains("often ×3\n"));
    CHECK(client.run({"forecast", "--step", "never"}).exit_code == 1);
    CHECK_THAT(client.err, Contains("step"));
}

TEST_CASE("a preview shows how the server reads a schedule", "[client]") {
    World world;
    Client client{world.ecron.port()};
    client.run(
        {"preview", "0 12 * * 1", "--tz", "Asia/Shanghai", "--from", "2026-01-01T00:00:00Z", "--count", "2"});
    CHECK(client.out ==
          "at 12:00 on Mondays (Asia/Shanghai)\n2026-01-05T12:00:00+08:00\n2026-01-12T12:00:00+08:00\n");
    CHECK(client.run({"preview", "0 25 * * *"}).exit_code == 1);
    CHECK_THAT(client.err, Contains("hour 25 is above 23"));
}

}  // namespace ecron::e2e
