#include <fstream>

#include "e2e/world.hpp"
#include "kubernetes/stand_in.hpp"

namespace ecron::e2e {
namespace {

using kubernetes::StandIn;

/// ecron and a Kubernetes API server that jobs reach through an API proxy.
struct ClusterWorld {
    explicit ClusterWorld(Settings settings = {}) : world(std::move(settings)) {}

    /// Creates a job that runs once, immediately; returns the id of its execution.
    std::string given(const std::string& name, json::object context = {}, json::object kubernetes = {},
                      json::object info = {}) {
        const Reply reply = world.api().post("/job", text_of(name, context, kubernetes, info));
        CAPTURE(reply.body);
        REQUIRE(reply.status == 201);
        job = reply.text("/job_id");
        wait_until("job " + name + " has a row", [&] { return !world.rows(job).empty(); });
        return world.rows(job).front().id;
    }

    [[nodiscard]] std::string text_of(const std::string& name, json::object context, json::object kubernetes,
                                      json::object info) const {
        if (!kubernetes.contains("addr")) kubernetes["addr"] = "127.0.0.1";
        if (!kubernetes.contains("port")) kubernetes["port"] = cluster.port();
        if (!kubernetes.contains("image")) kubernetes["image"] = "registry.example/work:1";
        info["kubernetes"] = kubernetes;
        context["mode"] = "exe";
        context["info"] = info;
        return json::serialize(json::object{{"job_name", name},
                                            {"job_cron_time", in(1s)},
                                            {"job_type", "timed"},
                                            {"enabled", true},
                                            {"job_context", context}});
    }

    json::value attempt_of(const std::string& execution) {
        return world.api().get("/jobexecution/" + execution).parsed().at("attempts").as_array().back();
    }

    StandIn cluster;
    World world;
    std::string job;
};

const json::object kOnce{{"retry", json::object{{"max_attempts", 1}}}};

json::object once(json::object context) {
    context.insert(kOnce.begin(), kOnce.end());
    return context;
}

}  // namespace

TEST_CASE("the attempt of a Kubernetes Job has pod, exit code and log", "[kubernetes]") {
    ClusterWorld there{{{"secret_key", "very-s3cret$value"}}};
    const std::string execution =
        there.given("hello", {},
                    {{"command", json::array{"report", "--all"}},
                     {"env", json::object{{"KEY", "${secret:key}"}, {"PLACE", "here"}}},
                     {"resources", json::object{{"limits", json::object{{"memory", "64Mi"}}}}},
                     {"service_account", "reporter"}});
    const std::string name = there.cluster.wait_for_jobs(1).front();
    CHECK(name == "ecron-" + execution + "-1");
    const json::value made = there.cluster.job(name);
    CHECK(made.at_pointer("/metadata/annotations/ecron~1execute-id") == json::value(execution));
    CHECK(made.at_pointer("/metadata/labels/ecron~1attempt") == "1");
    CHECK(made.at_pointer("/spec/ttlSecondsAfterFinished") == 3'600);
    CHECK(made.at_pointer("/spec/backoffLimit") == 0);
    const json::value pod = made.at_pointer("/spec/template/spec");
    CHECK(pod.at("serviceAccountName") == "reporter");
    const std::string container = json::serialize(pod.at("containers").at(0));
    CHECK(container.find(R"("command":["report","--all"])") != std::string::npos);
    CHECK(container.find(R"({"name":"KEY","value":"very-s3cret$$value"})") != std::string::npos);
    CHECK(container.find(R"({"name":"ECRON_EXECUTE_ID","value":")" + execution) != std::string::npos);
    CHECK(container.find(R"("memory":"64Mi")") != std::string::npos);

    there.world.wait_for_state(execution, "executing");
    there.cluster.succeed(name, "key is very-s3cret$value\ndone\n");
    there.world.wait_for_state(execution, "success");
    const json::value attempt = there.attempt_of(execution);
    CHECK(attempt.at("output") == "key is ***\ndone\n");
    CHECK(attempt.at_pointer("/detail/exit_code") == 0);
    CHECK(attempt.at_pointer("/detail/pod") == json::value(name + "-pod"));
    CHECK_FALSE(there.world.ecron.logged("s3cret"));
    CHECK(there.cluster.deleted().empty());
}

TEST_CASE("the log of a Job's pod is streamed while it runs", "[kubernetes]") {
    ClusterWorld there;
    const std::string execution = there.given("talks");
    const std::string name = there.cluster.wait_for_jobs(1).front();
    const std::string path = "/jobexecution/" + execution + "/output";
    there.cluster.write(name, "first");
    wait_until("its log is available", [&] { return there.world.api().get(path).body == "first\n"; });
    const RawConnection follower{there.world.ecron.port()};
    follower.send("GET /api/ecron-management/v1" + path +
                  "?follow=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    CHECK(follower.receive().find("event: stdout\nid: 1-6\ndata: \"first\\n\"\n\n") != std::string::npos);
    there.cluster.write(name, "second");
    wait_until("more is available", [&] { return there.world.api().get(path).body == "first\nsecond\n"; });
    there.cluster.succeed(name, "first\nsecond\nthird\n");
    std::string rest;
    wait_until("its end is reported", [&] {
        rest += follower.receive();
        return rest.ends_with("\r\n0\r\n\r\n");
    });
    CHECK(rest.find("data: \"first") == std::string::npos);
    CHECK(rest.find("second\\n") != std::string::npos);
    CHECK(rest.find("third\\n\"\n\n") != std::string::npos);
    CHECK(rest.find("event: end\nid: end\n") != std::string::npos);
}

TEST_CASE("a failed Job is retried up to the limit", "[kubernetes]") {
    ClusterWorld there;
    const json::object retry{{"max_attempts", 2}, {"initial", "10ms"}, {"max", "10ms"}};
    const std::string execution = there.given("fails", {{"retry", retry}});
    there.cluster.fail(there.cluster.wait_for_jobs(1).front(), 3, "no\n");
    const std::vector<std::string> names = there.cluster.wait_for_jobs(2);
    CHECK(names.back() == "ecron-" + execution + "-2");
    there.cluster.fail(names.back(), 4, "no again\n");
    const Row row = there.world.wait_for_state(execution, "abandon");
    CHECK(row.attempt == 2);
    CHECK(row.reason == "exit code 4; BackoffLimitExceeded: Job has reached the specified backoff limit");
    CHECK(there.attempt_of(execution).at("code") == 4);
    CHECK(there.attempt_of(execution).at("output") == "no again\n");
}

TEST_CASE("cancel, delete and timeout delete the Job", "[kubernetes]") {
    ClusterWorld there;
    const auto end_by = GENERATE(as<std::string>{}, "cancel", "delete", "time-out");
    CAPTURE(end_by);
    const std::string execution =
        there.given("long", end_by == "time-out" ? once({{"timeout", "1500ms"}}) : json::object{});
    const std::string name = there.cluster.wait_for_jobs(1).front();
    there.cluster.hold(name, "ImagePullBackOff", "Back-off pulling image \"registry.example/work:1\"");
    if (end_by == "cancel") {
        CHECK(there.world.api().post("/jobexecution/" + execution + "/cancel", "").status == 200);
        CHECK(there.world.wait_for_state(execution, "interrupt").reason == "cancelled");
    } else if (end_by == "delete") {
        CHECK(there.world.api().remove("/job/" + there.job).status == 200);
        CHECK(there.world.wait_for_state(execution, "interrupt").reason == "deleted");
    } else {
        CHECK(there.world.wait_for_state(execution, "abandon").reason ==
              "no end within 1s500ms; its pod waits: ImagePullBackOff: Back-off pulling image "
              "\"registry.example/work:1\"");
    }
    CHECK(there.cluster.deleted() == std::vector{name});
    CHECK(there.cluster.asked("DELETE", name).front().body.find(R"("propagationPolicy":"Background")") !=
          std::string::npos);
}

TEST_CASE("a cancel that the cluster delays is answered 200", "[kubernetes]") {
    ClusterWorld there;
    const std::string execution = there.given("long", {});
    const std::string name = there.cluster.wait_for_jobs(1).front();
    there.cluster.refuse("DELETE", 403, "jobs.batch is forbidden", 1'000);
    const Reply asked = there.world.api().post("/jobexecution/" + execution + "/cancel", "");
    CAPTURE(asked.body);
    CHECK(asked.status == 200);
    const std::string state = asked.text("/job_status");
    CHECK((state == "executing" || state == "interrupt"));
    there.cluster.refuse("DELETE", 403, "", 0);
    CHECK(there.world.wait_for_state(execution, "interrupt").reason.starts_with("cancelled"));
}

TEST_CASE("a killed or stopped ecron adopts its Job without creating another", "[kubernetes]") {
    ClusterWorld there{{{"on_node_loss", "interrupt"}}};  // which concerns attempts that die with their node
    const auto [how, ends_meanwhile] = GENERATE(table<std::string, bool>(
        {{"killed", false}, {"killed", true}, {"stopped", false}, {"stopped", true}}));
    CAPTURE(how, ends_meanwhile);
    const std::string execution = there.given("lasting");
    const std::string name = there.cluster.wait_for_jobs(1).front();
    there.world.wait_for_state(execution, "executing");
    if (how == "killed")
        there.world.ecron.kill();
    else
        CHECK(there.world.ecron.terminate() == 0);
    CHECK(there.cluster.deleted().empty());
    if (ends_meanwhile) there.cluster.succeed(name, "done\n");
    there.world.ecron.start();
    wait_until("it is watched or has ended",
               [&] { return there.world.row(execution)->state == "success" || there.cluster.watches() > 0; });
    if (!ends_meanwhile) there.cluster.succeed(name, "done\n");
    const Row row = there.world.wait_for_state(execution, "success");
    CHECK(row.attempt == 1);
    CHECK(row.losses == 0);
    CHECK(there.cluster.made() == std::vector{name});
    const json::value attempt = there.attempt_of(execution);
    CHECK(attempt.at("output") == "done\n");
    CHECK(attempt.at_pointer("/detail/adopted") == true);
    CHECK(there.world.statuses(there.job).at(0).at("execute_times") == 1);
}

TEST_CASE("a Job cancelled while ecron is stopped is deleted at the next start", "[kubernetes]") {
    ClusterWorld there;
    const std::string execution = there.given("orphan");
    const std::string name = there.cluster.wait_for_jobs(1).front();
    there.world.wait_for_state(execution, "executing");
    there.world.restart();
    CHECK(there.world.api().post("/jobexecution/" + execution + "/cancel", "").status == 200);
    there.world.wait_for_state(execution, "interrupt");
    wait_until("the Job is deleted", [&] { return there.cluster.deleted() == std::vector{name}; });
}

TEST_CASE("Jobs are tracked across dropped watches, expired versions and lost responses", "[kubernetes]") {
    ClusterWorld there;
    there.cluster.swallow_answers("POST", 1);
    const std::string first = there.given("first");
    const std::string name = there.cluster.wait_for_jobs(1).front();
    there.cluster.drop_watches();
    there.cluster.forget_history();
    there.cluster.succeed(name);
    there.world.wait_for_state(first, "success");
    CHECK(there.cluster.made().size() == 1);
}

TEST_CASE("reports what prevents a Job from running", "[kubernetes]") {
    ClusterWorld there;
    const auto reason_of = [&](const std::string& name, json::object kubernetes = {},
                               json::object info = {}) {
        const std::string text = there.text_of(name, once({{"timeout", "3s"}}), kubernetes, info);
        const Reply reply = there.world.api().post("/jobexecution", text);
        CAPTURE(reply.body);
        REQUIRE(reply.status == 200);
        return there.world.wait_for_state(reply.text("/execute_id"), "abandon").reason;
    };
    there.cluster.refuse("GET", 403, "jobs.batch is forbidden: User \"ecron\" cannot list", 1);
    CHECK(reason_of("forbidden") ==
          "the API server answered 403: jobs.batch is forbidden: User \"ecron\" cannot list");
    there.cluster.refuse("POST", 422, "Job.batch \"x\" is invalid: spec.template: Required value", 1);
    CHECK(reason_of("broken") ==
          "the API server answered 422: Job.batch \"x\" is invalid: spec.template: Required value");
    there.cluster.refuse("POST", 404, "namespaces \"nowhere\" not found", 1);
    CHECK(reason_of("nowhere", {{"namespace", "nowhere"}}) ==
          "the API server answered 404: namespaces \"nowhere\" not found");
    CHECK(reason_of("off", {{"addr", ""}}) ==
          "Kubernetes Jobs without an addr are switched off (kubernetes_enabled)");
    CHECK(reason_of("secretless", {{"env", json::object{{"A", "${secret:none}"}}}}) ==
          "the secret none is not known");
    CHECK(there.cluster.made().empty());
}

TEST_CASE("an invalid Job description is rejected with the names of its members", "[kubernetes]") {
    ClusterWorld there;
    const json::object pod{{"spec", json::object{{"containers", json::array{}}}}};
    const Reply reply = there.world.api().post(
        "/job", there.text_of(
                    "bad", {}, {{"namespace", "No_Label"}, {"env", json::object{{"1A", "x"}}}, {"image", ""}},
                    {{"body", json::object{{"kind", "Pod"}, {"spec", json::object{{"template", pod}}}}}}));
    CHECK(reply.status == 400);
    CHECK(json::serialize(reply.parsed().at_pointer("/detail/parameters")) ==
          R"(["job_context.info.kubernetes.namespace","job_context.info.kubernetes.env",)"
          R"("job_context.info.body.kind","job_context.info.body.spec.template.spec.containers"])");
}

TEST_CASE("Jobs in ecron's own cluster use the credentials of a kubeconfig", "[kubernetes]") {
    StandIn cluster;
    cluster.require_token("t0ken");
    const std::string file = "/tmp/ecron-kubeconfig-" + std::to_string(cluster.port());
    std::ofstream{file} << "apiVersion: v1\nkind: Config\ncurrent-context: here\n"
                           "contexts: [{name: here, context: {cluster: c, user: u, namespace: work}}]\n"
                           "clusters: [{name: c, cluster: {server: \""
                        << cluster.url() << "\"}}]\nusers: [{name: u, user: {token: t0ken}}]\n";
    World world{
        {{"kubernetes_enabled", "true"}, {"kubernetes_config", file}, {"kubernetes_without_auth", "true"}}};
    const auto post = [&](const json::object& kubernetes) {
        const json::object context{{"mode", "exe"},
                                   {"info", json::object{{"kubernetes", kubernetes}}},
                                   {"retry", json::object{{"max_attempts", 1}}}};
        return world.api().post("/jobexecution",
                                json::serialize(json::object{{"job_name", "j"}, {"job_context", context}}));
    };
    const std::string execution = post({{"image", "i"}}).text("/execute_id");
    const std::string name = cluster.wait_for_jobs(1).front();
    CHECK(cluster.asked("POST", "/namespaces/work/jobs").size() == 1);
    cluster.succeed(name);
    world.wait_for_state(execution, "success");
    const json::value made = cluster.job(name);
    const json::value pod = made.at_pointer("/spec/template/spec");
    CHECK(pod.at_pointer("/securityContext/runAsNonRoot") == true);
    const auto refused = [&](const json::object& kubernetes) {
        return post(kubernetes).text("/detail/parameters/0");
    };
    CHECK(refused({{"image", "i"}, {"namespace", "other"}}) == "job_context.info.kubernetes.namespace");
    CHECK(refused({{"image", "i"}, {"service_account", "admin"}}) ==
          "job_context.info.kubernetes.service_account");
    std::remove(file.c_str());
}

TEST_CASE("a Job that was stored under other rules fails when it runs", "[kubernetes]") {
    StandIn cluster;
    const std::string file = "/tmp/ecron-kubeconfig-" + std::to_string(cluster.port());
    std::ofstream{file} << "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n"
                           "clusters: [{name: c, cluster: {server: \""
                        << cluster.url() << "\"}}]\nusers: [{name: u, user: {token: t}}]\n";
    World world{{{"kubernetes_enabled", "true"},
                 {"kubernetes_config", file},
                 {"kubernetes_without_auth", "true"},
                 {"kubernetes_pod_policy", "privileged"}}};
    const Reply created =
        world.api().post("/job", R"({"job_name":"stored","job_type":"real-time","enabled":true,
        "job_context":{"mode":"exe","retry":{"max_attempts":1},"info":{"kubernetes":{"namespace":"default"},
        "body":{"spec":{"template":{"spec":{"restartPolicy":"Never",
        "volumes":[{"name":"host","hostPath":{"path":"/"}}],"containers":[{"name":"c","image":"i"}]}}}}}}})");
    CAPTURE(created.body);
    REQUIRE(created.status == 201);
    world.ecron.terminate();
    world.ecron.settings()["kubernetes_pod_policy"] = "baseline";
    world.ecron.start();
    const std::string execution =
        world.api()
            .post("/jobexecution", R"({"job_id":")" + created.text("/job_id") + "\"}")
            .text("/execute_id");
    CHECK(world.wait_for_state(execution, "abandon").reason ==
          "the Job may not be made (kubernetes_pod_policy): spec.template.spec.volumes[0].hostPath must be "
          "absent: pods see no files of their host");
    CHECK(cluster.made().empty());
    std::remove(file.c_str());
}

}  // namespace ecron::e2e
