#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "execution/kubernetes/kubeconfig.hpp"
#include "execution/kubernetes/kubernetes_manifest.hpp"
#include "execution/kubernetes/kubernetes_state.hpp"

using namespace ecron;
using namespace ecron::execution;
namespace json = boost::json;

namespace {

AttemptOrder order_of(model::Context context, const std::string& id = "e-1", int attempt = 2) {
    auto task = std::make_shared<Task>();
    task->job_id = JobId{"job 1"};
    task->job_name = "costs $(HOME) much";
    task->tenant = TenantId{"tenant"};
    task->context = std::move(context);
    return {ExecuteId{id}, attempt, from_unix_millis(1'767'225'600'123), task};
}

const Secrets kSecrets{"", {{"ECRON_SECRET_KEY", "a$b"}}};
const ManifestOptions kOptions{.timeout = Millis{1'500}, .ttl = Seconds{600}};

Result<JobManifest> made(const model::Context& context, const model::KubernetesJob& job) {
    const AttemptOrder order = order_of(context);
    Revealer revealer{kSecrets, order.task->tenant, Destination::kubernetes()};
    return manifest_of(order, job, kOptions, revealer);
}

json::value parsed(const Result<JobManifest>& manifest) {
    REQUIRE(manifest);
    return json::parse(manifest->text);
}

class Folder {
public:
    Folder() { REQUIRE(::mkdtemp(path_.data()) != nullptr); }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string file(const std::string& name, const std::string& text) const {
        std::ofstream{path_ + '/' + name} << text;
        return path_ + '/' + name;
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_{"/tmp/ecron-kubernetes-XXXXXX"};
};

std::string config_with(const std::string& cluster, const std::string& user) {
    return "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u, namespace: work}},\n"
           "  {name: b, context: {cluster: other, user: u}}]\n"
           "clusters: [{name: c, cluster: {" +
           cluster + "}}]\nusers: [{name: u, user: {" + user + "}}]\n";
}

Result<JobManifest> made(const model::ClusterRules& rules, const model::Context& context,
                         const model::KubernetesJob& job) {
    const AttemptOrder order = order_of(context);
    Revealer revealer{kSecrets, order.task->tenant, Destination::kubernetes()};
    ManifestOptions options = kOptions;
    options.rules = &rules;
    return manifest_of(order, job, options, revealer);
}

}  // namespace

TEST_CASE("a Job's name is valid and derived from execution and attempt", "[kubernetes]") {
    CHECK(kubernetes_job_name(ExecuteId{"0198-ab"}, 2) == "ecron-0198-ab-2");
    const std::string hashed = kubernetes_job_name(ExecuteId{"Run_1"}, 1);
    CHECK(model::is_dns_label(hashed));
    CHECK(hashed == kubernetes_job_name(ExecuteId{"Run_1"}, 1));
    CHECK(hashed != kubernetes_job_name(ExecuteId{"Run_2"}, 1));
    CHECK(hashed != kubernetes_job_name(ExecuteId{"Run_1"}, 2));
}

TEST_CASE("exec is the default command, params are its arguments", "[kubernetes]") {
    const model::Context context{.exec = "report 'all of it'", .params = model::NameValues{{"", "x"}}};
    const json::value job = parsed(made(context, {.image = "i"}));
    const json::value container = job.at_pointer("/spec/template/spec/containers/0");
    CHECK(container.at("command") == json::value{"report", "all of it"});
    CHECK(container.at("args").at(0) == "x");
    const json::value named = parsed(made(context, {.image = "i", .command = {"other"}}));
    CHECK(named.at_pointer("/spec/template/spec/containers/0/command/0") == "other");
}

TEST_CASE("secrets are inserted into variables literally, ecron's own variables are unchanged",
          "[kubernetes]") {
    const json::value job =
        parsed(made({}, {.image = "i", .environment = {{"KEY", "<${secret:KEY}>"}, {"HOST", "$(OTHER)"}}}));
    const std::string variables = json::serialize(job.at_pointer("/spec/template/spec/containers/0/env"));
    CHECK(variables.find(R"({"name":"KEY","value":"<a$$b>"})") != std::string::npos);
    CHECK(variables.find(R"-({"name":"HOST","value":"$(OTHER)"})-") != std::string::npos);
    CHECK(variables.find(R"("value":"costs $$(HOME) much")") != std::string::npos);
    CHECK(variables.find(R"({"name":"ECRON_ATTEMPT","value":"2"})") != std::string::npos);
    const Result<JobManifest> unknown = made({}, {.image = "i", .environment = {{"KEY", "${secret:none}"}}});
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().what == "the secret none is not known");
}

TEST_CASE("containers get the trace of their attempt, unless the job sets it", "[kubernetes]") {
    AttemptOrder order = order_of({});
    order.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const auto variables_with = [&](model::KubernetesJob job) {
        job.image = "i";
        Revealer revealer{kSecrets, order.task->tenant, Destination::kubernetes()};
        const json::value made = parsed(manifest_of(order, job, kOptions, revealer));
        return json::serialize(made.at_pointer("/spec/template/spec/containers/0/env"));
    };
    CHECK(variables_with({}).contains(R"({"name":"TRACEPARENT","value":")" + order.traceparent + "\"}"));
    const std::string own = variables_with({.environment = {{"TRACEPARENT", "mine"}}});
    CHECK(own.contains(R"("value":"mine")"));
    CHECK_FALSE(own.contains(order.traceparent));
}

TEST_CASE("a complete manifest is kept, except for name, labels and annotations", "[kubernetes]") {
    const model::Context context{.body = R"({"metadata":{"name":"mine","generateName":"m-","namespace":"work",
        "labels":{"app":"x","app.kubernetes.io/managed-by":"helm"}},
        "spec":{"backoffLimit":4,"ttlSecondsAfterFinished":1,"template":{"metadata":{"annotations":
        {"key":"${secret:KEY}"}},"spec":{"restartPolicy":"OnFailure","containers":[{"name":"c","image":"i"},
        {"name":"d","image":"i","env":[{"name":"ECRON_ATTEMPT","value":"mine"}]}]}}}})"};
    const Result<JobManifest> manifest = made(context, {});
    const json::value job = parsed(manifest);
    CHECK(manifest->name_space == "work");
    CHECK(job.at("kind") == "Job");
    CHECK(job.at_pointer("/metadata/name") == "ecron-e-1-2");
    CHECK_FALSE(job.at("metadata").as_object().contains("generateName"));
    CHECK(job.at_pointer("/metadata/labels/app") == "x");
    CHECK(job.at_pointer("/metadata/labels/app.kubernetes.io~1managed-by") == "helm");
    CHECK(job.at_pointer("/metadata/labels/ecron~1attempt") == "2");
    CHECK_FALSE(
        job.at_pointer("/metadata/labels").as_object().contains("ecron/job-id"));  // not a valid label value
    CHECK(job.at_pointer("/metadata/annotations/ecron~1job-id") == "job 1");
    CHECK(job.at_pointer("/spec/backoffLimit") == 4);
    CHECK(job.at_pointer("/spec/ttlSecondsAfterFinished") == 1);
    CHECK(job.at_pointer("/spec/activeDeadlineSeconds") == 62);
    CHECK(job.at_pointer("/spec/template/metadata/annotations/key") == "a$b");
    CHECK(job.at_pointer("/spec/template/spec/containers/0/env").as_array().size() == 5);
    const std::string second = json::serialize(job.at_pointer("/spec/template/spec/containers/1/env"));
    CHECK(second.find("mine") == std::string::npos);
    CHECK(made(context, {.name_space = "other"})->name_space == "other");
}

TEST_CASE("numbers in a manifest are written in plain notation and keep their digits", "[kubernetes]") {
    const model::Context context{.body = R"({"spec":{"a":0.1,"b":1E2,"c":1e400,"d":18446744073709551616,
        "template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}})"};
    const Result<JobManifest> manifest = made(context, {});
    REQUIRE(manifest);
    CHECK(manifest->text.find(R"("a":0.1,"b":100,"c":1e400,"d":18446744073709551616)") != std::string::npos);
}

TEST_CASE("invalid manifests are rejected", "[kubernetes]") {
    const auto reason = [](const std::string& body) { return made({.body = body}, {}).error().what; };
    CHECK(reason("[1]") == "info.body is no manifest");
    CHECK(reason(R"({"spec":{}})") == "the manifest names no container");
    CHECK(reason(R"({"spec":{"template":{"spec":{"containers":[1]}}}})") ==
          "a container of the manifest is no object");
    CHECK(reason(R"({"metadata":{"namespace":"A/B"},"spec":{}})") == "A/B is no namespace");
    CHECK(made({}, {}).error().what == "info.kubernetes.image is empty");
}

TEST_CASE("a Job's state is given by its conditions", "[kubernetes]") {
    const auto with = [](const std::string& conditions) {
        return *read_job(R"({"metadata":{"name":"n","annotations":{"ecron/execute-id":"e"},)"
                         R"("creationTimestamp":"2026-01-05T10:00:00Z"},"status":{"conditions":)" +
                         conditions + "}}");
    };
    const JobState going = with(R"([{"type":"SuccessCriteriaMet","status":"True"},{"type":"Suspended"},
        {"type":"Complete","status":"False"}])");
    CHECK(going.phase == JobPhase::going);
    CHECK(going.execute_id == "e");
    CHECK(going.created == parse_rfc3339("2026-01-05T10:00:00Z").value());
    CHECK(with(R"([{"type":"Complete","status":"True"}])").phase == JobPhase::succeeded);
    const JobState failed =
        with(R"([{"type":"Failed","status":"True","reason":"DeadlineExceeded","message":"too long"}])");
    CHECK(failed.phase == JobPhase::failed);
    CHECK(failed.reason == "DeadlineExceeded: too long");
    CHECK(with(R"("nonsense")").phase == JobPhase::going);
    CHECK_FALSE(read_job("<html>"));
}

TEST_CASE("the newest pod of a Job gives its outcome or the reason for waiting", "[kubernetes]") {
    const auto pod = [](const std::string& name, const std::string& at, const std::string& status) {
        return R"({"metadata":{"name":")" + name + R"(","creationTimestamp":")" + at +
               R"("},"spec":{"containers":[{"name":"first"}]},"status":)" + status + "}";
    };
    const std::string killed = R"({"containerStatuses":[
        {"name":"first","state":{"terminated":{"exitCode":0,"reason":"Completed"}}},
        {"name":"second","state":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]})";
    const auto newest = newest_pod(R"({"items":[)" + pod("late", "2026-01-05T10:00:01Z", killed) + "," +
                                   pod("early", "2026-01-05T10:00:00Z", "{}") + "]}");
    REQUIRE(newest);
    CHECK(newest->name == "late");
    CHECK(newest->container == "second");
    CHECK(newest->exit_code == 137);
    CHECK(newest->end == "OOMKilled (exit code 137)");
    const auto state = [&](const std::string& status) {
        return *newest_pod(R"({"items":[)" + pod("p", "2026-01-05T10:00:01Z", status) + "]}");
    };
    CHECK(state(R"({"conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable",
        "message":"0/3 nodes"}]})")
              .waiting == "Unschedulable: 0/3 nodes");
    CHECK(state(R"({"phase":"Failed","reason":"Evicted","message":"low on memory"})").end ==
          "Evicted: low on memory");
    CHECK_FALSE(newest_pod(R"({"items":[]})"));
    CHECK_FALSE(newest_pod("nonsense"));
}

TEST_CASE("events of a watch are parsed", "[kubernetes]") {
    using Kind = WatchEvent::Kind;
    const auto [line, kind, version] = GENERATE(table<std::string, WatchEvent::Kind, std::string>({
        {R"({"type":"ADDED","object":{"metadata":{"name":"n","resourceVersion":"7"}}})", Kind::changed, "7"},
        {R"({"type":"MODIFIED","object":{"metadata":{"resourceVersion":"8"}}})", Kind::changed, "8"},
        {R"({"type":"DELETED","object":{"metadata":{"resourceVersion":"9"}}})", Kind::deleted, "9"},
        {R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"10"}}})", Kind::bookmark, "10"},
        {R"({"type":"ERROR","object":{"code":410,"reason":"Expired"}})", Kind::gone, ""},
        {R"({"type":"ERROR","object":{"code":500,"message":"etcd"}})", Kind::error, ""},
    }));
    CAPTURE(line);
    const Result<WatchEvent> event = read_event(line);
    REQUIRE(event);
    CHECK(event->kind == kind);
    CHECK(event->resource_version == version);
    for (const char* const broken : {"", "nonsense", "[]", R"({"type":"ADDED"})"})
        CHECK_FALSE(read_event(broken));
}

TEST_CASE("a kubeconfig provides the API server and the credentials", "[kubernetes]") {
    const Folder folder;
    static_cast<void>(folder.file("ca.pem", "authority"));
    const std::string file = folder.file(
        "config", config_with("server: 'https://k:6443/', certificate-authority: ca.pem",
                              "token: t, client-certificate-data: Y2VydA==, client-key-data: a2V5"));
    const Result<ClusterAccess> access = read_kubeconfig(file, "");
    REQUIRE(access);
    CHECK(access->server == "https://k:6443");
    CHECK(access->authority == "authority");
    CHECK(access->name_space == "work");
    CHECK(access->token.reveal() == "t");
    REQUIRE(access->identity);
    CHECK(access->identity->certificate == "cert");
    CHECK(access->identity->key.reveal() == "key");
    CHECK(read_kubeconfig(file, "b").error().what == file + ": cluster other not found");
    CHECK(read_kubeconfig(file, "x").error().what == file + ": context x not found");
}

TEST_CASE("an unsupported kubeconfig is rejected", "[kubernetes]") {
    const Folder folder;
    const auto [cluster, user, reason] = GENERATE(table<std::string, std::string, std::string>({
        {"server: 'https://k', insecure-skip-tls-verify: true", "",
         "insecure-skip-tls-verify: certificates are always verified"},
        {"server: 'https://k', proxy-url: 'http://p'", "", "proxy-url is not supported"},
        {"server: k", "", "server is not an http or https URL"},
        {"server: 'https://k'", "exec: {command: x}", "exec is not supported"},
        {"server: 'https://k'", "username: x", "username is not supported"},
        {"server: 'https://k'", "client-key-data: a2V5",
         "client-certificate and client-key must both be set"},
        {"server: 'https://k', certificate-authority-data: '#'", "",
         "certificate-authority-data is not base64"},
        {"server: 'https://k', certificate-authority: none", "",
         "certificate-authority: none cannot be read"},
    }));
    const std::string file = folder.file("config", config_with(cluster, user));
    CHECK(read_kubeconfig(file, "").error().what == file + ": " + reason);
    CHECK_FALSE(read_kubeconfig(folder.file("broken", "a: [b"), ""));
    CHECK_FALSE(read_kubeconfig(folder.file("list", "- a"), ""));
    CHECK(read_kubeconfig(folder.path() + "/none", "").error().what ==
          folder.path() + "/none cannot be read");
}

TEST_CASE("the in-cluster configuration is read from variables and files", "[kubernetes]") {
    const Folder folder;
    CHECK(in_cluster(folder.path(), {}).error().what ==
          "kubernetes_config is not set, and ecron does not run in a pod");
    const std::map<std::string, std::string> pod{{"KUBERNETES_SERVICE_HOST", "fd00::1"},
                                                 {"KUBERNETES_SERVICE_PORT", "443"}};
    CHECK_FALSE(in_cluster(folder.path(), pod));
    for (const char* const name : {"token", "ca.crt", "namespace"})
        static_cast<void>(folder.file(name, std::string{name} + "\n"));
    const Result<ClusterAccess> access = in_cluster(folder.path(), pod);
    REQUIRE(access);
    CHECK(access->server == "https://[fd00::1]:443");
    CHECK(access->token_file == folder.path() + "/token");
    CHECK(access->name_space == "namespace");
}

TEST_CASE("a Job built from image and command conforms to the restricted policy", "[kubernetes]") {
    const model::ClusterRules rules{.name_space = "jobs-{tenant}", .service_accounts = {"reporter"}};
    const json::value job = parsed(made(rules, {}, {.image = "i"}));
    CHECK(job.at_pointer("/metadata/namespace") == "jobs-tenant");
    const json::object& pods = job.at_pointer("/spec/template").as_object();
    CHECK(model::pod_faults(pods, model::PodPolicy::restricted).empty());
    CHECK(pods.at("spec").at("automountServiceAccountToken") == false);
    const json::value named = parsed(made(rules, {}, {.image = "i", .service_account = "reporter"}));
    CHECK_FALSE(named.at_pointer("/spec/template/spec").as_object().contains("automountServiceAccountToken"));
    const json::value proxied = parsed(made({}, {.image = "i"}));
    CHECK_FALSE(proxied.at_pointer("/spec/template/spec").as_object().contains("securityContext"));
}

TEST_CASE("a stored manifest is checked against the rules at run time, with its secrets", "[kubernetes]") {
    const std::string pod = GENERATE(as<std::string>{}, R"("hostPID":true,)",
                                     R"("serviceAccountName":"${secret:KEY}",)", R"("serviceAccount":"x",)");
    CAPTURE(pod);
    const model::ClusterRules rules{.policy = model::PodPolicy::baseline};
    model::Context context;
    context.body =
        R"({"spec":{"template":{"spec":{)" + pod + R"("containers":[{"name":"c","image":"i"}]}}}})";
    const auto refused = made(rules, context, {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::denied);
    CHECK_THAT(refused.error().what, Catch::StartsWith("the Job may not be made (kubernetes_pod_policy): "
                                                       "spec.template.spec."));
    CHECK_THAT(refused.error().what, !Catch::Contains("a$b"));
    CHECK(made(context, {}).has_value());
}

TEST_CASE("ecron's service account is read from its token", "[kubernetes]") {
    // {"sub":"system:serviceaccount:here:ecron"}
    const std::string claims = "eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQ6aGVyZTplY3JvbiJ9";
    const ServiceAccount own = service_account_of({.token = SecretText{"h." + claims + ".s"}});
    CHECK(own.name_space == "here");
    CHECK(own.name == "ecron");
    for (const char* const token : {"", "opaque", "a.b.c", "a..c", "a.e30.c", "a.eyJzdWIiOiJtZSJ9.c"})
        CHECK(service_account_of({.token = SecretText{token}}).name.empty());
}
