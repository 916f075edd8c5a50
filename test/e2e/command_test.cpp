#include <csignal>
#include <fstream>

#include "e2e/world.hpp"

namespace ecron::e2e {
namespace {

const Settings kCommands{
    {"command_enabled", "true"}, {"command_as_self", "true"}, {"command_kill_grace", "200ms"}};

std::string command_job(const std::string& name, const std::string& script, json::object context = {},
                        json::object info = {}) {
    context["mode"] = "exe";
    context["exec"] = "/bin/sh -c";
    info["params"] = json::object{{"script", script}};
    context["info"] = std::move(info);
    return json::serialize(json::object{{"job_name", name},
                                        {"job_cron_time", in(1s)},
                                        {"job_type", "timed"},
                                        {"enabled", true},
                                        {"job_context", context}});
}

std::string given_command(World& world, const std::string& job) {
    const Reply reply = world.api().post("/job", job);
    CAPTURE(reply.body);
    REQUIRE(reply.status == 201);
    return reply.text("/job_id");
}

/// Waits for the first execution of a job.
Row first_row(World& world, const std::string& job) {
    wait_until("job " + job + " has a row", [&] { return !world.rows(job).empty(); });
    return world.rows(job).front();
}

json::value attempts_of(World& world, const std::string& execution) {
    return world.api().get("/jobexecution/" + execution).parsed().at("attempts");
}

std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream file{path};
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

/// Returns true if the process is alive and not a zombie.
bool is_running(pid_t pid) {
    std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
    std::string text;
    return std::getline(file, text) && text.find(") Z ") == std::string::npos;
}

}  // namespace

TEST_CASE("the attempt of a command has exit code, stdout and stderr", "[command]") {
    World world{kCommands};
    const std::string job = given_command(
        world,
        command_job("hello", "cat; echo \" $WHO $ECRON_ATTEMPT\"; echo oh >&2", {},
                    {{"body", json::object{{"a", 1}}}, {"environment", json::object{{"WHO", "you"}}}}));
    const std::string execution = first_row(world, job).id;
    world.wait_for_state(execution, "success");
    const json::value attempt = attempts_of(world, execution).at(0);
    CHECK(attempt.at("output").as_string().starts_with(R"({"a":1} you 1)"));
    CHECK(attempt.at("code") == 0);
    CHECK(attempt.at_pointer("/detail/exit_code") == 0);
    CHECK(attempt.at_pointer("/detail/stderr/0/1") == 3);
}

TEST_CASE("a nonzero exit code fails the attempt, and only listed codes are retried", "[command]") {
    World world{kCommands};
    const json::object retry{
        {"max_attempts", 3}, {"initial", "10ms"}, {"max", "10ms"}, {"on", json::array{75}}};
    const std::string again = given_command(world, command_job("again", "exit 75", {{"retry", retry}}));
    const std::string once = given_command(world, command_job("once", "exit 1", {{"retry", retry}}));
    const Row tried = world.wait_for_state(first_row(world, again).id, "abandon");
    CHECK(tried.attempt == 3);
    CHECK(tried.reason == "exit code 75");
    const Row given_up = world.wait_for_state(first_row(world, once).id, "abandon");
    CHECK(given_up.attempt == 1);
    CHECK(given_up.reason == "exit code 1");
}

TEST_CASE("a command that cannot start has a reason", "[command]") {
    World world{{{"command_enabled", "true"}, {"command_as_self", "true"}, {"command_allow", "/bin/sh"}}};
    const auto reason_of = [&](const std::string& name, const std::string& exec) {
        const Reply reply = world.api().post(
            "/jobexecution",
            json::serialize(json::object{
                {"job_name", name},
                {"job_context",
                 json::object{
                     {"mode", "exe"}, {"exec", exec}, {"retry", json::object{{"max_attempts", 1}}}}}}));
        CAPTURE(reply.body);
        REQUIRE(reply.status == 200);
        return world.wait_for_state(reply.text("/execute_id"), "abandon").reason;
    };
    CHECK(reason_of("missing", "/no/such") == "command not found: /no/such");
    CHECK(reason_of("other", "/bin/cat") ==
          "/bin/cat is not among the programs that may run (command_allow)");
    world.ecron.settings().erase("command_enabled");
    world.restart();
    CHECK(reason_of("off", "/bin/sh") == "commands are switched off (command_enabled)");
    CHECK(world.api().post("/job", command_job("bad", "x", {}, {})).status == 201);
    const Reply refused =
        world.api().post("/job", R"({"job_name":"q","job_cron_time":"@daily","job_type":"scheduled",)"
                                 R"("job_context":{"mode":"exe","exec":"echo 'a"}})");
    CHECK(refused.status == 400);
    CHECK(refused.text("/detail/reasons/0/reason") == "a ' is not closed (at position 5)");
}

TEST_CASE("cancel, delete and timeout kill a command and its children", "[command]") {
    World world{kCommands};
    const std::string pids = world.database.folder() + "/pids";
    const std::string script =
        "sleep 300 & echo $! > " + pids + ".new; mv " + pids + ".new " + pids + "; wait";
    const auto end_by = GENERATE(as<std::string>{}, "cancel", "delete", "time-out");
    CAPTURE(end_by);
    const json::object context =
        end_by == "time-out"
            ? json::object{{"timeout", "500ms"}, {"retry", json::object{{"max_attempts", 1}}}}
            : json::object{};
    const std::string job = given_command(world, command_job("long", script, context));
    wait_until("the command runs", [&] { return lines_of(pids).size() == 1; });
    const pid_t child = std::stoi(lines_of(pids).front());
    const std::string execution = first_row(world, job).id;
    if (end_by == "cancel") {
        CHECK(is_running(child));
        CHECK(world.api().post("/jobexecution/" + execution + "/cancel", "").status == 200);
        CHECK(world.wait_for_state(execution, "interrupt").reason == "cancelled");
        CHECK(attempts_of(world, execution).at(0).at("reason") == "cancelled by mock-client-id");
    } else if (end_by == "delete") {
        CHECK(is_running(child));
        CHECK(world.api().remove("/job/" + job).status == 200);
        CHECK(world.wait_for_state(execution, "interrupt").reason == "deleted");
        CHECK(world.database.value("select f_reason from t_cron_attempt where f_execute_id = '" + execution +
                                   "'") == "deleted by mock-client-id");
    } else {
        CHECK(world.wait_for_state(execution, "abandon").reason == "no end within 500ms; SIGTERM ended it");
    }
    wait_until("its child has ended", [&] { return !is_running(child); });
}

TEST_CASE("commands of a killed ecron are killed at the next start, and retried or ended", "[command]") {
    World world{kCommands};
    const auto [policy, state] =
        GENERATE(table<std::string, std::string>({{"retry", "success"}, {"interrupt", "interrupt"}}));
    CAPTURE(policy);
    const std::string pids = world.database.folder() + "/pids";
    const std::string script = "trap '' TERM; sleep 300 & echo $$ $! >> " + pids +
                               "; [ $ECRON_ATTEMPT = 2 ] && exec kill -9 $!; wait";
    const std::string job = given_command(world, command_job("lost", script, {{"on_node_loss", policy}}));
    wait_until("the command runs", [&] { return lines_of(pids).size() == 1; });
    const std::string execution = first_row(world, job).id;
    pid_t leader = 0, child = 0;
    std::istringstream{lines_of(pids).front()} >> leader >> child;
    world.ecron.kill();
    REQUIRE(is_running(leader));
    REQUIRE(is_running(child));

    world.ecron.start();
    CHECK_FALSE(is_running(leader));
    CHECK_FALSE(is_running(child));
    const Row row = world.wait_for_state(execution, state);
    CHECK(row.losses == 1);
    CHECK(lines_of(pids).size() == (policy == "retry" ? 2 : 1));
    if (policy == "interrupt") CHECK(row.reason == "node_lost");
    CHECK(world.ecron.logged("ended commands of an earlier ecron process: processes=2"));
}

TEST_CASE("a secret reaches its command and is never stored, shown or logged", "[command]") {
    Settings settings = kCommands;
    settings["secret_api_key"] = "very-s3cret-value";
    World world{settings};
    const std::string seen = world.database.folder() + "/seen";
    const std::string job =
        given_command(world, command_job("secretive", "echo $KEY; echo $KEY > " + seen, {},
                                         {{"environment", json::object{{"KEY", "${secret:api-key}"}}}}));
    const std::string execution = first_row(world, job).id;
    world.wait_for_state(execution, "success");
    CHECK(lines_of(seen) == std::vector<std::string>{"very-s3cret-value"});
    const std::string shown = world.api().get("/jobexecution/" + execution).body;
    CHECK(shown.find("very-s3cret") == std::string::npos);
    CHECK(shown.find("***") != std::string::npos);
    CHECK(world.api().get("/job?job_id=" + job).body.find("${secret:api-key}") != std::string::npos);
    CHECK_FALSE(world.ecron.logged("very-s3cret"));
}

TEST_CASE("output is streamed while a command runs and kept afterwards", "[command]") {
    World world{kCommands};
    const std::string go = world.database.folder() + "/go";
    const std::string job =
        given_command(world, command_job("talk", "echo first; until [ -e " + go +
                                                     " ]; do sleep 0.05; done; echo oh >&2; echo last"));
    const std::string execution = first_row(world, job).id;
    const std::string path = "/jobexecution/" + execution + "/output";
    wait_until("its output is there", [&] { return world.api().get(path).body == "first\n"; });

    const RawConnection follower{world.ecron.port()};
    follower.send("GET /api/ecron-management/v1" + path +
                  "?follow=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    const std::string begin = follower.receive();
    CHECK(begin.find("Content-Type: text/event-stream") != std::string::npos);
    CHECK(begin.find("event: stdout\nid: 1-6\ndata: \"first\\n\"\n\n") != std::string::npos);
    std::ofstream{go} << "";
    const std::string rest = follower.receive();
    CHECK(rest.find("event: stderr\nid: 1-") != std::string::npos);
    CHECK(rest.find("data: \"oh\\n\"\n\n") != std::string::npos);
    CHECK(rest.find("data: \"last\\n\"\n\n") != std::string::npos);
    CHECK(rest.find("event: end\nid: end\ndata: {\"execute_id\":\"" + execution) != std::string::npos);
    CHECK(rest.ends_with("\r\n0\r\n\r\n"));

    world.wait_for_state(execution, "success");
    CHECK(world.api().get(path).body == "first\noh\nlast\n");
    CHECK(world.api().get(path + "?stream=stdout").body == "first\nlast\n");
    CHECK(world.api().get(path + "?stream=stderr").body == "oh\n");
    CHECK(world.api().get(path + "?stream=both").status == 400);
    CHECK(world.api().get("/jobexecution/unknown/output").status == 404);

    // A client that reconnects gets the following events and, after the final one, the response not to
    // reconnect.
    const auto again = [&](const std::string& last) {
        return world.api().send("GET", path + "?follow=1", "", {"Last-Event-ID: " + last});
    };
    const Reply followed = again("1-6");
    CHECK(followed.body.find("first") == std::string::npos);
    CHECK(followed.body.find("data: \"oh\\n\"") != std::string::npos);
    CHECK(again("nonsense").body.find("first") != std::string::npos);
    CHECK(again("end").status == 204);
}

}  // namespace ecron::e2e
