#include "ecron/model/pod_policy.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "ecron/model/json_text.hpp"

using namespace ecron::model;
namespace json = boost::json;

namespace {

/// Conforms to `restricted`, with a container of each list.
json::value conforming() {
    return json::parse(R"({"metadata":{},"spec":{
        "securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},
        "initContainers":[{"securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}],
        "containers":[{"securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}],
        "ephemeralContainers":[{"securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}],
        "volumes":[]}})");
}

std::vector<std::string> fields(const json::value& pod, PodPolicy policy) {
    std::vector<std::string> named;
    for (const PodFault& fault : pod_faults(pod.as_object(), policy)) named.push_back(fault.field);
    return named;
}

/// The member or element at a path such as "/spec/containers/0/ports", made where there is none.
json::value& at(json::value& root, std::string_view path) {
    json::value* value = &root;
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::string_view name = path.substr(0, path.find('/'));
        path.remove_prefix(name.size());
        if (value->is_null()) value->emplace_object();
        value =
            value->is_array() ? &value->as_array()[std::stoul(std::string{name})] : &value->as_object()[name];
    }
    return *value;
}

/// A conforming template in which the value at a path is another.
json::value with(std::string_view path, std::string_view value) {
    json::value pod = conforming();
    at(pod, path) = parse_json(value).value();
    return pod;
}

constexpr const char* kFirst = "/spec/containers/0";

}  // namespace

TEST_CASE("a hardened pod conforms to every policy", "[pod policy]") {
    const PodPolicy policy = GENERATE(PodPolicy::restricted, PodPolicy::baseline, PodPolicy::privileged);
    CHECK(fields(conforming(), policy).empty());
}

TEST_CASE("what the baseline forbids is named, in each list of containers", "[pod policy]") {
    const auto [pointer, value, field] = GENERATE(table<std::string, std::string, std::string>({
        {"/spec/hostNetwork", "true", "spec.hostNetwork"},
        {"/spec/hostPID", "true", "spec.hostPID"},
        {"/spec/hostIPC", "true", "spec.hostIPC"},
        {"/spec/hostIPC", R"("no")", "spec.hostIPC"},
        {"/spec/containers/0/securityContext/privileged", "true",
         "spec.containers[0].securityContext.privileged"},
        {"/spec/initContainers/0/securityContext/privileged", "true",
         "spec.initContainers[0].securityContext.privileged"},
        {"/spec/ephemeralContainers/0/securityContext/privileged", "true",
         "spec.ephemeralContainers[0].securityContext.privileged"},
        {"/spec/containers/0/securityContext/privileged", R"("true")",
         "spec.containers[0].securityContext.privileged"},
        {"/spec/containers/0/securityContext/capabilities/add", R"(["CHOWN","SYS_ADMIN"])",
         "spec.containers[0].securityContext.capabilities.add[1]"},
        {"/spec/initContainers/0/securityContext/capabilities/add", R"(["NET_RAW"])",
         "spec.initContainers[0].securityContext.capabilities.add[0]"},
        {"/spec/volumes", R"([{"name":"a","emptyDir":{}},{"name":"b","hostPath":{"path":"/"}}])",
         "spec.volumes[1].hostPath"},
        {"/spec/containers/0/ports", R"([{"containerPort":1},{"containerPort":2,"hostPort":2}])",
         "spec.containers[0].ports[1].hostPort"},
        {"/spec/initContainers/0/ports", R"([{"containerPort":1,"hostPort":0.5}])",
         "spec.initContainers[0].ports[0].hostPort"},
        {"/spec/containers/0/livenessProbe", R"({"httpGet":{"port":1,"host":"169.254.169.254"}})",
         "spec.containers[0].livenessProbe.httpGet.host"},
        {"/spec/containers/0/lifecycle", R"({"preStop":{"tcpSocket":{"port":1,"host":"a"}}})",
         "spec.containers[0].lifecycle.preStop.tcpSocket.host"},
        {"/spec/securityContext/appArmorProfile", R"({"type":"Unconfined"})",
         "spec.securityContext.appArmorProfile.type"},
        {"/spec/containers/0/securityContext/appArmorProfile", R"({"type":"Unconfined"})",
         "spec.containers[0].securityContext.appArmorProfile.type"},
        {"/metadata/annotations", R"({"container.apparmor.security.beta.kubernetes.io/main":"unconfined"})",
         "metadata.annotations[\"container.apparmor.security.beta.kubernetes.io/main\"]"},
        {"/metadata/annotations", R"({"seccomp.security.alpha.kubernetes.io/pod":"unconfined"})",
         "metadata.annotations[\"seccomp.security.alpha.kubernetes.io/pod\"]"},
        {"/spec/securityContext/seLinuxOptions", R"({"type":"spc_t"})",
         "spec.securityContext.seLinuxOptions.type"},
        {"/spec/containers/0/securityContext/seLinuxOptions", R"({"user":"system_u"})",
         "spec.containers[0].securityContext.seLinuxOptions.user"},
        {"/spec/containers/0/securityContext/procMount", R"("Unmasked")",
         "spec.containers[0].securityContext.procMount"},
        {"/spec/securityContext/seccompProfile", R"({"type":"Unconfined"})",
         "spec.securityContext.seccompProfile.type"},
        {"/spec/initContainers/0/securityContext/seccompProfile", R"({"type":"Unconfined"})",
         "spec.initContainers[0].securityContext.seccompProfile.type"},
        {"/spec/securityContext/sysctls",
         R"([{"name":"net.ipv4.tcp_rmem"},{"name":"kernel.msgmax","value":"1"}])",
         "spec.securityContext.sysctls[1].name"},
        {"/spec/securityContext/windowsOptions", R"({"hostProcess":true})",
         "spec.securityContext.windowsOptions.hostProcess"},
        {"/spec/containers/0/securityContext/windowsOptions", R"({"hostProcess":true})",
         "spec.containers[0].securityContext.windowsOptions.hostProcess"},
    }));
    CAPTURE(pointer, value);
    CHECK(fields(with(pointer, value), PodPolicy::baseline) == std::vector{field});
    CHECK_THAT(fields(with(pointer, value), PodPolicy::restricted), Catch::VectorContains(field));
    CHECK(fields(with(pointer, value), PodPolicy::privileged).empty());
}

TEST_CASE("what only the restricted policy forbids is named", "[pod policy]") {
    const auto [pointer, value, field] = GENERATE(table<std::string, std::string, std::string>({
        {"/spec/containers/0/securityContext/allowPrivilegeEscalation", "true",
         "spec.containers[0].securityContext.allowPrivilegeEscalation"},
        {"/spec/initContainers/0/securityContext/allowPrivilegeEscalation", "null",
         "spec.initContainers[0].securityContext.allowPrivilegeEscalation"},
        {"/spec/securityContext/runAsNonRoot", "false", "spec.securityContext.runAsNonRoot"},
        {"/spec/containers/0/securityContext/runAsNonRoot", "false",
         "spec.containers[0].securityContext.runAsNonRoot"},
        {"/spec/securityContext/runAsUser", "0", "spec.securityContext.runAsUser"},
        {"/spec/containers/0/securityContext/runAsUser", "0", "spec.containers[0].securityContext.runAsUser"},
        {"/spec/containers/0/securityContext/runAsUser", "0.0",
         "spec.containers[0].securityContext.runAsUser"},
        {"/spec/containers/0/securityContext/capabilities/add", R"(["CHOWN"])",
         "spec.containers[0].securityContext.capabilities.add[0]"},
        {"/spec/ephemeralContainers/0/securityContext/capabilities/drop", R"(["KILL"])",
         "spec.ephemeralContainers[0].securityContext.capabilities.drop"},
        {"/spec/volumes", R"([{"name":"a","nfs":{"server":"s","path":"/"}}])", "spec.volumes[0].nfs"},
        {"/spec/volumes", R"([{"name":"a","flexVolume":{}}])", "spec.volumes[0].flexVolume"},
        {"/spec/volumes", R"([{"name":"a","emptyDir":{},"yetUnknown":{}}])", "spec.volumes[0].yetUnknown"},
        {"/spec/volumes", R"({"name":"a"})", "spec.volumes"},
    }));
    CAPTURE(pointer, value);
    CHECK(fields(with(pointer, value), PodPolicy::restricted) == std::vector{field});
    CHECK(fields(with(pointer, value), PodPolicy::baseline).empty());
}

TEST_CASE("what the restricted policy allows", "[pod policy]") {
    const auto [pointer, value] = GENERATE(table<std::string, std::string>({
        {"/spec/hostNetwork", "false"},
        {"/spec/hostUsers", "true"},
        {"/spec/hostUsers", "false"},
        {"/spec/automountServiceAccountToken", "true"},
        {"/spec/securityContext/runAsUser", "1000"},
        {"/spec/securityContext/seccompProfile", R"({"type":"Localhost","localhostProfile":"p"})"},
        {"/spec/containers/0/securityContext/capabilities/add", R"(["NET_BIND_SERVICE"])"},
        {"/spec/containers/0/securityContext/procMount", R"("Default")"},
        {"/spec/securityContext/seLinuxOptions", R"({"type":"container_t","level":"s0"})"},
        {"/spec/containers/0/livenessProbe", R"({"httpGet":{"port":1}})"},
        {"/spec/containers/0/ports", R"([{"containerPort":1,"hostPort":0}])"},
        {"/spec/volumes",
         R"([{"name":"a","configMap":{}},{"name":"b","secret":{}},{"name":"c","projected":{}},{"name":"d","csi":{}},
            {"name":"e","downwardAPI":{}},{"name":"f","emptyDir":{}},{"name":"g","ephemeral":{}},
            {"name":"h","persistentVolumeClaim":{}},{"name":"i","image":{}},{"name":"j","emptyDir":{},"hostPath":null}])"},
    }));
    CAPTURE(pointer, value);
    CHECK(fields(with(pointer, value), PodPolicy::restricted).empty());
}

TEST_CASE("each container may say for itself what the pod does not", "[pod policy]") {
    json::value pod = conforming();
    pod.at("spec").as_object().erase("securityContext");
    pod.at("spec").as_object().erase("initContainers");
    pod.at("spec").as_object().erase("ephemeralContainers");
    CHECK(fields(pod, PodPolicy::restricted) ==
          std::vector<std::string>{"spec.containers[0].securityContext.runAsNonRoot",
                                   "spec.containers[0].securityContext.seccompProfile.type"});
    json::object& own = pod.at_pointer(std::string{kFirst} + "/securityContext").as_object();
    own["runAsNonRoot"] = true;
    own["seccompProfile"] = json::object{{"type", "RuntimeDefault"}};
    CHECK(fields(pod, PodPolicy::restricted).empty());
}

TEST_CASE("a pod of Windows has no need of what Windows has not", "[pod policy]") {
    json::value pod = json::parse(
        R"({"spec":{"os":{"name":"windows"},"securityContext":{"runAsNonRoot":true},"containers":[{"name":"c"}]}})");
    CHECK(fields(pod, PodPolicy::restricted).empty());
    pod.at_pointer("/spec/os/name") = "linux";
    CHECK(fields(pod, PodPolicy::restricted).size() == 3);
}

TEST_CASE("a template without a pod has nothing that is forbidden but lacks nothing either", "[pod policy]") {
    CHECK(pod_faults(json::object{}, PodPolicy::restricted).empty());
    CHECK(fields(json::parse(R"({"spec":{"containers":{}}})"), PodPolicy::baseline) ==
          std::vector<std::string>{"spec.containers"});
}
