#include "kubernetes/api_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "e2e/ports.hpp"
#include "e2e/wait.hpp"
#include "ecron/base/uuid.hpp"

namespace ecron::kubernetes {
namespace {

namespace json = boost::json;

constexpr const char* kJobs = "/apis/batch/v1/namespaces/default/jobs";
constexpr const char* kPods = "/api/v1/namespaces/default/pods";

using e2e::free_port;

void write_file(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
    std::ofstream{path} << text;
}

void end(pid_t& pid) {
    if (pid <= 0) return;
    ::kill(pid, SIGKILL);
    ::waitpid(std::exchange(pid, -1), nullptr, 0);
}

std::string now() { return format_rfc3339(SystemClock{}.now()); }

}  // namespace

ApiServer::ApiServer()
    : folder_(std::filesystem::temp_directory_path() / ("ecron-kubernetes-" + random_uuid())),
      port_(free_port()),
      etcd_port_(free_port()),
      peer_port_(free_port()),
      kubelet_port_(free_port()),
      api_(port_, folder_ + "/ca.crt") {
    std::filesystem::create_directories(folder_ + "/kubelet");
    make_certificates();
    write_file(folder_ + "/tokens.csv", "admintoken,admin,1,\"system:masters\"\n");
    const std::string client = fmt::format("http://127.0.0.1:{}", etcd_port_);
    const std::string peer = fmt::format("http://127.0.0.1:{}", peer_port_);
    etcd_ = spawn(
        {"etcd", "--data-dir=" + folder_ + "/etcd", "--listen-client-urls=" + client,
         "--advertise-client-urls=" + client, "--listen-peer-urls=" + peer,
         "--initial-advertise-peer-urls=" + peer, "--initial-cluster=default=" + peer, "--unsafe-no-fsync"},
        folder_);
    kubelet_ = spawn({"openssl", "s_server", "-accept", fmt::format("127.0.0.1:{}", kubelet_port_), "-cert",
                      folder_ + "/server.crt", "-key", folder_ + "/server.key", "-WWW"},
                     folder_ + "/kubelet");
    start();
    grant();
    ask("POST", "/api/v1/nodes", R"({"metadata":{"name":"node-1"}})", 201);
    patch_status("/api/v1/nodes/node-1",
                 fmt::format(R"({{"addresses":[{{"type":"InternalIP","address":"127.0.0.1"}}],)"
                             R"("daemonEndpoints":{{"kubeletEndpoint":{{"Port":{}}}}}}})",
                             kubelet_port_));
}

ApiServer::~ApiServer() {
    for (pid_t* const pid : {&server_, &kubelet_, &etcd_}) end(*pid);
    std::filesystem::remove_all(folder_);
}

void ApiServer::make_certificates() const {
    const std::string script = fmt::format(
        "cd {} && exec >openssl.log 2>&1 && "
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.crt && "
        "printf 'subjectAltName=IP:127.0.0.1,DNS:localhost' >san && "
        "openssl req -newkey rsa:2048 -nodes -subj /CN=server -keyout server.key -out server.csr && "
        "openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile san "
        "-out server.crt && "
        "openssl req -newkey rsa:2048 -nodes -subj /CN=ecron -keyout client.key -out client.csr && "
        "openssl x509 -req -in client.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out client.crt "
        "&& "
        "openssl genrsa -out accounts.key 2048",
        folder_);
    REQUIRE(std::system(script.c_str()) == 0);
}

pid_t ApiServer::spawn(std::vector<std::string> words, const std::string& directory) const {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const std::string log = folder_ + "/" + std::filesystem::path{words.front()}.filename().string() + ".log";
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    if (::chdir(directory.c_str()) == 0) ::execvp(arguments.front(), arguments.data());
    ::_exit(127);
}

void ApiServer::start() {
    const char* const program = std::getenv("ECRON_KUBE_APISERVER");
    REQUIRE(program != nullptr);
    server_ = spawn(
        {program, fmt::format("--etcd-servers=http://127.0.0.1:{}", etcd_port_), "--bind-address=127.0.0.1",
         "--advertise-address=127.0.0.1", fmt::format("--secure-port={}", port_),
         "--tls-cert-file=" + folder_ + "/server.crt", "--tls-private-key-file=" + folder_ + "/server.key",
         "--client-ca-file=" + folder_ + "/ca.crt", "--service-account-issuer=https://kubernetes.default.svc",
         "--service-account-signing-key-file=" + folder_ + "/accounts.key",
         "--service-account-key-file=" + folder_ + "/accounts.key", "--api-audiences=api",
         "--token-auth-file=" + folder_ + "/tokens.csv", "--authorization-mode=RBAC",
         "--service-cluster-ip-range=10.0.0.0/24", "--disable-admission-plugins=ServiceAccount"},
        folder_);
    e2e::wait_until(
        "the API server is ready", [&] { return get("/api/v1/namespaces/default").status == 200; },
        std::chrono::seconds{90});
}

void ApiServer::kill() { end(server_); }

e2e::Reply ApiServer::send(const std::string& method, const std::string& path, const std::string& body) {
    e2e::Headers headers{"Authorization: Bearer admintoken"};
    headers.emplace_back(method == "PATCH" ? "Content-Type: application/merge-patch+json"
                                           : "Content-Type: application/json");
    return api_.send(method, path, body, headers);
}

e2e::Reply ApiServer::ask(const std::string& method, const std::string& path, const std::string& body,
                          long status) {
    e2e::Reply reply = send(method, path, body);
    CAPTURE(method, path, body, reply.body);
    REQUIRE(reply.status == status);
    return reply;
}

std::string ApiServer::token_of(const std::string& account) {
    const std::string path = "/api/v1/namespaces/default/serviceaccounts";
    ask("POST", path, fmt::format(R"({{"metadata":{{"name":"{}"}}}})", account), 201);
    return ask("POST", path + "/" + account + "/token", R"({"spec":{"expirationSeconds":3600}})", 201)
        .text("/status/token");
}

void ApiServer::write_kubeconfig(const std::string& file, const std::string& user) const {
    write_file(file, fmt::format("apiVersion: v1\nkind: Config\ncurrent-context: here\n"
                                 "contexts:\n- name: here\n  context: {{cluster: c, user: u}}\n"
                                 "clusters:\n- name: c\n  cluster:\n    server: https://127.0.0.1:{}\n"
                                 "    certificate-authority: ca.crt\nusers:\n- name: u\n  user: {{{}}}\n",
                                 port_, user));
}

void ApiServer::grant() {
    const std::string roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/";
    ask("POST", roles + "roles",
        R"({"metadata":{"name":"ecron"},"rules":[)"
        R"({"apiGroups":["batch"],"resources":["jobs"],"verbs":["create","get","list","watch","delete"]},)"
        R"({"apiGroups":[""],"resources":["pods"],"verbs":["list"]},)"
        R"({"apiGroups":[""],"resources":["pods/log"],"verbs":["get"]}]})",
        201);
    ask("POST", roles + "rolebindings",
        R"({"metadata":{"name":"ecron"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role",)"
        R"("name":"ecron"},"subjects":[{"kind":"ServiceAccount","name":"ecron","namespace":"default"},)"
        R"({"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"ecron"}]})",
        201);
    write_file(folder_ + "/token", token_of("ecron"));
    write_kubeconfig(with_token(), "tokenFile: token");
    write_kubeconfig(with_certificate(), "client-certificate: client.crt, client-key: client.key");
    write_kubeconfig(without_rights(), "token: " + token_of("powerless"));
}

void ApiServer::patch_status(const std::string& path, const std::string& status) {
    ask("PATCH", path + "/status", R"({"status":)" + status + "}", 200);
}

void ApiServer::make_pod(const std::string& job, const std::string& status) {
    ask("POST", kPods,
        fmt::format(R"({{"metadata":{{"name":"{0}-pod","labels":{{"job-name":"{0}"}}}},"spec":)"
                    R"({{"nodeName":"node-1","restartPolicy":"Never","containers":[{{"name":"main",)"
                    R"("image":"i"}}]}}}})",
                    job),
        201);
    patch_status(fmt::format("{}/{}-pod", kPods, job), status);
}

void ApiServer::end_pod(const std::string& job, int exit_code, const std::string& log) {
    write_file(fmt::format("{}/kubelet/containerLogs/default/{}-pod/main?tailLines=65536", folder_, job),
               log);
    make_pod(job, fmt::format(R"({{"phase":"{}","containerStatuses":[{{"name":"main","image":"i",)"
                              R"("imageID":"","ready":false,"restartCount":0,)"
                              R"("state":{{"terminated":{{"exitCode":{},"reason":"{}"}}}}}}]}})",
                              exit_code == 0 ? "Succeeded" : "Failed", exit_code,
                              exit_code == 0 ? "Completed" : "Error"));
}

void ApiServer::hold_pod(const std::string& job, const std::string& reason) {
    make_pod(job, fmt::format(R"({{"phase":"Pending","containerStatuses":[{{"name":"main","image":"i",)"
                              R"("imageID":"","ready":false,"restartCount":0,)"
                              R"("state":{{"waiting":{{"reason":"{}","message":"not today"}}}}}}]}})",
                              reason));
}

void ApiServer::complete(const std::string& job) {
    const std::string at = now();
    patch_status(
        fmt::format("{}/{}", kJobs, job),
        fmt::format(R"({{"startTime":"{0}","completionTime":"{0}","succeeded":1,"conditions":[)"
                    R"({{"type":"SuccessCriteriaMet","status":"True","reason":"CompletionsReached"}},)"
                    R"({{"type":"Complete","status":"True","reason":"CompletionsReached"}}]}})",
                    at));
}

void ApiServer::fail(const std::string& job, const std::string& reason) {
    patch_status(fmt::format("{}/{}", kJobs, job),
                 fmt::format(R"({{"startTime":"{0}","failed":1,"conditions":[)"
                             R"({{"type":"FailureTarget","status":"True","reason":"{1}"}},)"
                             R"({{"type":"Failed","status":"True","reason":"{1}","message":"it failed"}}]}})",
                             now(), reason));
}

void ApiServer::remove(const std::string& job) {
    ask("DELETE", fmt::format("{}/{}?propagationPolicy=Background", kJobs, job), "", 200);
}

std::vector<std::string> ApiServer::jobs() {
    const e2e::Reply reply = ask("GET", std::string{kJobs} + "?labelSelector=ecron/attempt", "", 200);
    std::vector<std::string> names;
    for (const json::value& job : reply.parsed().at("items").as_array())
        names.emplace_back(job.at_pointer("/metadata/name").as_string());
    return names;
}

std::vector<std::string> ApiServer::wait_for_jobs(std::size_t count) {
    std::vector<std::string> names;
    e2e::wait_until(fmt::format("{} Jobs were made", count), [&] {
        names = jobs();
        return names.size() >= count;
    });
    return names;
}

}  // namespace ecron::kubernetes
