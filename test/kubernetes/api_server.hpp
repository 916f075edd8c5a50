#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "e2e/api.hpp"

namespace ecron::kubernetes {

/// A real kube-apiserver (ECRON_KUBE_APISERVER) on a real etcd, with an authority, RBAC and service accounts;
/// no controllers and no kubelets: their part is the test's. Logs of pods come from a TLS server that serves
/// files where a kubelet would be. Everything on loopback and in a temporary folder, and gone with the
/// object.
class ApiServer {
public:
    ApiServer();
    ~ApiServer();
    ApiServer(const ApiServer&) = delete;
    ApiServer& operator=(const ApiServer&) = delete;

    void start();  // the API server alone
    void kill();   // SIGKILL

    /// As an administrator; `path` begins with /api. The answer must be of that status.
    e2e::Reply ask(const std::string& method, const std::string& path, const std::string& body, long status);
    e2e::Reply send(const std::string& method, const std::string& path, const std::string& body);
    [[nodiscard]] e2e::Reply get(const std::string& path) { return send("GET", path, ""); }
    /// Kubeconfigs: of a service account that may do what ecron needs in the namespace "default", with its
    /// token in a file; the same for a client certificate; and of a service account that may do nothing.
    [[nodiscard]] std::string with_token() const { return folder_ + "/token.yaml"; }
    [[nodiscard]] std::string with_certificate() const { return folder_ + "/certificate.yaml"; }
    [[nodiscard]] std::string without_rights() const { return folder_ + "/powerless.yaml"; }

    // --- what controllers and kubelets do
    /// A pod of that Job, which has ended so and has written that.
    void end_pod(const std::string& job, int exit_code, const std::string& log);
    /// A pod of that Job that cannot begin.
    void hold_pod(const std::string& job, const std::string& reason);
    void complete(const std::string& job);
    void fail(const std::string& job, const std::string& reason);
    void remove(const std::string& job);
    /// Names of ecron's Jobs that there are.
    std::vector<std::string> jobs();
    std::vector<std::string> wait_for_jobs(std::size_t count);

private:
    void make_certificates() const;
    void grant();
    void write_kubeconfig(const std::string& file, const std::string& user) const;
    std::string token_of(const std::string& account);
    void make_pod(const std::string& job, const std::string& status);
    void patch_status(const std::string& path, const std::string& status);
    [[nodiscard]] pid_t spawn(std::vector<std::string> words, const std::string& directory) const;

    std::string folder_;
    std::uint16_t port_, etcd_port_, peer_port_, kubelet_port_;
    pid_t etcd_{-1}, server_{-1}, kubelet_{-1};
    e2e::Api api_;
};

}  // namespace ecron::kubernetes
