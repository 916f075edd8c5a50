#include <boost/json.hpp>

#include "e2e/world.hpp"
#include "ecron/model/pod_policy.hpp"
#include "kubernetes/api_server.hpp"

/// ecron against a real kube-apiserver; scripts/test-kubernetes runs it.
namespace ecron::kubernetes {
namespace {

using namespace e2e;

struct RealWorld {
    explicit RealWorld(const std::string& kubeconfig)
        : world({{"kubernetes_enabled", "true"},
                 {"kubernetes_config", kubeconfig},
                 {"kubernetes_namespaces", "kube-system"},
                 {"kubernetes_without_auth", "true"}}) {}

    std::string run(const std::string& name, json::object context = {}, json::object kubernetes = {},
                    json::object info = {}) {
        if (!info.contains("body") && !kubernetes.contains("image"))
            kubernetes["image"] = "registry.example/work:1";
        if (kubernetes.empty()) kubernetes["namespace"] = "default";
        info["kubernetes"] = kubernetes;
        context["mode"] = "exe";
        context["info"] = info;
        const Reply reply = world.api().post(
            "/jobexecution", json::serialize(json::object{{"job_name", name}, {"job_context", context}}));
        CAPTURE(reply.body);
        REQUIRE(reply.status == 200);
        return reply.text("/execute_id");
    }
    json::value attempt_of(const std::string& execution) {
        return world.api().get("/jobexecution/" + execution).parsed().at("attempts").as_array().back();
    }
    World world;
};

const json::object kOnce{{"retry", json::object{{"max_attempts", 1}}}};

/// A pod template that the policy `restricted` accepts.
json::object hardened() {
    return json::parse(R"({"metadata":{},"spec":{"restartPolicy":"Never",
        "securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},
        "initContainers":[{"name":"first","image":"i",
            "securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}],
        "containers":[{"name":"main","image":"i",
            "securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}})")
        .as_object();
}

/// Sets the value at a path such as "spec/containers/0/ports"; null removes it.
void put(json::object& root, std::string_view path, std::string_view text) {
    json::value* value = &root[path.substr(0, path.find('/'))];
    while (path.find('/') != path.npos) {
        path.remove_prefix(path.find('/') + 1);
        const std::string name{path.substr(0, path.find('/'))};
        if (value->is_null()) value->emplace_object();
        value = value->is_array() ? &value->as_array()[std::stoul(name)] : &value->as_object()[name];
    }
    *value = json::parse(text);
}

}  // namespace

TEST_CASE("the pod policy agrees with the PodSecurity admission of a real API server", "[real]") {
    ApiServer server;
    const std::string level = GENERATE(as<std::string>{}, "restricted", "baseline");
    server.ask(
        "POST", "/api/v1/namespaces",
        R"({"metadata":{"name":"judged","labels":{"pod-security.kubernetes.io/enforce":")" + level + "\"}}}",
        201);
    for (const auto& [path, value] : std::vector<std::pair<std::string, std::string>>{
             {"metadata/labels", "{}"},
             {"spec/hostNetwork", "true"},
             {"spec/hostPID", "true"},
             {"spec/hostIPC", "true"},
             {"spec/hostUsers", "true"},
             {"spec/containers/0/securityContext/privileged", "false"},
             {"spec/containers/0/securityContext/allowPrivilegeEscalation", "null"},
             {"spec/initContainers/0/securityContext/allowPrivilegeEscalation", "true"},
             {"spec/initContainers/0/securityContext", "null"},
             {"spec/containers/0/securityContext/capabilities",
              R"({"drop":["ALL"],"add":["NET_BIND_SERVICE"]})"},
             {"spec/containers/0/securityContext/capabilities", R"({"drop":["ALL"],"add":["CHOWN"]})"},
             {"spec/containers/0/securityContext/capabilities", R"({"add":["SYS_ADMIN"]})"},
             {"spec/containers/0/securityContext/capabilities", R"({"drop":["KILL"]})"},
             {"spec/volumes", R"([{"name":"v","hostPath":{"path":"/"}}])"},
             {"spec/volumes", R"([{"name":"v","nfs":{"server":"s","path":"/"}}])"},
             {"spec/volumes", R"([{"name":"v","emptyDir":{}},{"name":"w","secret":{"secretName":"s"}}])"},
             {"spec/containers/0/ports", R"([{"containerPort":80,"hostPort":80}])"},
             {"spec/containers/0/ports", R"([{"containerPort":80}])"},
             {"spec/securityContext/appArmorProfile", R"({"type":"Unconfined"})"},
             {"spec/securityContext/appArmorProfile", R"({"type":"RuntimeDefault"})"},
             {"metadata/annotations",
              R"({"container.apparmor.security.beta.kubernetes.io/main":"unconfined"})"},
             {"spec/securityContext/seLinuxOptions", R"({"type":"spc_t"})"},
             {"spec/securityContext/seLinuxOptions", R"({"type":"container_t","level":"s0"})"},
             {"spec/securityContext/seLinuxOptions", R"({"role":"r"})"},
             {"spec/securityContext/seccompProfile", R"({"type":"Unconfined"})"},
             {"spec/securityContext/seccompProfile", "null"},
             {"spec/containers/0/securityContext/seccompProfile", R"({"type":"Unconfined"})"},
             {"spec/securityContext/sysctls", R"([{"name":"net.ipv4.tcp_rmem","value":"1"}])"},
             {"spec/securityContext/sysctls", R"([{"name":"kernel.msgmax","value":"1"}])"},
             {"spec/securityContext/runAsNonRoot", "false"},
             {"spec/securityContext/runAsNonRoot", "null"},
             {"spec/containers/0/securityContext/runAsNonRoot", "false"},
             {"spec/securityContext/runAsUser", "0"},
             {"spec/securityContext/runAsUser", "7"},
         }) {
        json::object pod = hardened();
        put(pod, path, value);
        const bool is_ours = model::pod_faults(pod, level == "baseline" ? model::PodPolicy::baseline
                                                                        : model::PodPolicy::restricted)
                                 .empty();
        if (!pod["metadata"].is_object()) pod["metadata"] = json::object{};
        pod["metadata"].as_object()["name"] = "p";
        const Reply theirs =
            server.send("POST", "/api/v1/namespaces/judged/pods?dryRun=All", json::serialize(pod));
        CAPTURE(level, path, value, theirs.body);
        CHECK((theirs.status == 201 || theirs.status == 403));
        CHECK(is_ours == (theirs.status == 201));
    }
}

TEST_CASE("with a real API server, Jobs run, fail, are retried, cancelled and time out", "[real]") {
    ApiServer server;
    RealWorld there{server.with_token()};

    const std::string good =
        there.run("good", {},
                  {{"command", json::array{"report"}},
                   {"env", json::object{{"PLACE", "here"}}},
                   {"resources", json::object{{"limits", json::object{{"memory", "64Mi"}}}}}});
    std::string name = server.wait_for_jobs(1).front();
    CHECK(name == "ecron-" + good + "-1");
    server.end_pod(name, 0, "one\ntwo\n");
    server.complete(name);
    there.world.wait_for_state(good, "success");
    CAPTURE(json::serialize(there.attempt_of(good)));
    CHECK(there.attempt_of(good).at("output") == "one\ntwo\n");
    CHECK(there.attempt_of(good).at_pointer("/detail/exit_code") == 0);
    server.remove(name);

    const json::object retry{{"max_attempts", 2}, {"initial", "10ms"}, {"max", "10ms"}};
    const std::string bad = there.run("bad", {{"retry", retry}});
    name = server.wait_for_jobs(1).front();
    server.end_pod(name, 3, "no\n");
    server.fail(name, "BackoffLimitExceeded");
    CHECK(server.wait_for_jobs(2).back() == "ecron-" + bad + "-2");
    server.fail("ecron-" + bad + "-2", "BackoffLimitExceeded");
    CHECK(there.world.wait_for_state(bad, "abandon").reason == "BackoffLimitExceeded: it failed");
    CHECK(there.world.api().get("/jobexecution/" + bad).parsed().at("attempts").at(0).at("reason") ==
          "exit code 3; BackoffLimitExceeded: it failed");
    for (const std::string& one : server.jobs()) server.remove(one);

    const std::string cancelled = there.run("cancelled");
    server.wait_for_jobs(1);
    CHECK(there.world.api().post("/jobexecution/" + cancelled + "/cancel", "").status == 200);
    there.world.wait_for_state(cancelled, "interrupt");
    CHECK(server.jobs().empty());

    json::object context{kOnce};
    context["timeout"] = "3s";
    const std::string stuck = there.run("stuck", context);
    server.hold_pod(server.wait_for_jobs(1).front(), "ErrImagePull");
    CHECK(there.world.wait_for_state(stuck, "abandon").reason ==
          "no end within 3s; its pod waits: ErrImagePull: not today");
    CHECK(server.jobs().empty());
}

TEST_CASE("a Job is resumed after a crash of ecron and tracked across a restart of the API server",
          "[real]") {
    ApiServer server;
    RealWorld there{server.with_certificate()};
    const std::string execution = there.run("lasting");
    const std::string name = server.wait_for_jobs(1).front();
    there.world.wait_for_state(execution, "executing");
    there.world.ecron.kill();
    server.kill();
    server.start();
    there.world.ecron.start();
    there.world.wait_for_state(execution, "executing");
    server.kill();
    server.start();
    server.end_pod(name, 0, "done\n");
    server.complete(name);
    const Row row = there.world.wait_for_state(execution, "success");
    CHECK(row.attempt == 1);
    CHECK(server.jobs() == std::vector{name});
    CHECK(there.attempt_of(execution).at("output") == "done\n");
}

TEST_CASE("a thousand Jobs are tracked by one watch", "[real]") {
    constexpr std::size_t kJobs = 1'000;
    ApiServer server;
    RealWorld there{server.with_token()};
    std::vector<std::string> executions;
    for (std::size_t i = 0; i < kJobs; ++i) executions.push_back(there.run("many-" + std::to_string(i)));
    for (const std::string& name : server.wait_for_jobs(kJobs)) server.complete(name);
    for (const std::string& execution : executions) there.world.wait_for_state(execution, "success");
    const std::string metrics = server.get("/metrics").body;
    const std::string wanted =
        "apiserver_longrunning_requests{component=\"apiserver\",group=\"batch\",resource=\"jobs\"";
    std::size_t watches = 0;
    for (std::size_t at = metrics.find(wanted); at != std::string::npos; at = metrics.find(wanted, at + 1)) {
        const std::string line = metrics.substr(at, metrics.find('\n', at) - at);
        if (line.find("scope=\"namespace\"") != std::string::npos)
            watches += std::stoul(line.substr(line.rfind(' ') + 1));
    }
    CHECK(watches == 1);
}

TEST_CASE("errors of a real API server about a Job are reported", "[real]") {
    ApiServer server;
    RealWorld there{server.with_token()};
    const auto reason_of = [&](const std::string& execution) {
        return there.world.wait_for_state(execution, "abandon").reason;
    };
    CHECK(
        reason_of(there.run("elsewhere", kOnce, {{"namespace", "kube-system"}})) ==
        "the API server answered 403: jobs.batch is forbidden: User "
        "\"system:serviceaccount:default:ecron\" cannot list resource \"jobs\" in API group \"batch\" in the "
        "namespace \"kube-system\"");
    json::object pod = hardened();
    pod.at("spec").at("containers").at(0).as_object()["name"] = "Bad Name";
    const std::string broken = reason_of(
        there.run("broken", kOnce, {}, {{"body", json::object{{"spec", json::object{{"template", pod}}}}}}));
    CAPTURE(broken);
    CHECK(broken.starts_with("the API server answered 422: Job.batch \"ecron-"));
    CHECK(broken.find("spec.template.spec.containers[0].name: Invalid value: \"Bad Name\"") !=
          std::string::npos);

    RealWorld powerless{server.without_rights()};
    const std::string forbidden = powerless.run("forbidden", kOnce);
    CHECK(powerless.world.wait_for_state(forbidden, "abandon")
              .reason.starts_with("the API server answered 403: jobs.batch is forbidden: User "
                                  "\"system:serviceaccount:default:powerless\""));
    CHECK(server.jobs().empty());
}

}  // namespace ecron::kubernetes
