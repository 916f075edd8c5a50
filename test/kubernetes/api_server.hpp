#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "e2e/api.hpp"

namespace ecron::kubernetes {

/// A real kube-apiserver (ECRON_KUBE_APISERVER) on a real etcd, with a CA, RBAC and service accounts, but
/// without controllers and kubelets, whose role the test plays. Logs of pods come from a TLS server that
/// serves files in place of a kubelet. Everything listens on loopback, uses a temporary folder, and is
/// removed with the object.
class ApiServer {
public:
    ApiServer();
    ~ApiServer();
    ApiServer(const ApiServer&) = delete;
    ApiServer& operator=(const ApiServer&) = delete;

    void start();  // starts the API server only
    void kill();   // SIGKILL

    /// As an administrator; `path` begins with /api. Throws if the response has another status.
    e2e::Reply ask(const std::string& method, const std::string& path, const std::string& body, long status);
    e2e::Reply send(const std::string& method, const std::string& path, const std::string& body);
    [[nodiscard]] e2e::Reply get(const std::string& path) { return send("GET", path, ""); }
    /// Kubeconfigs of a service account with the permissions that ecron needs in the namespace "default"
    /// (token in a file), of a client certificate with the same permissions, and of a service account without
    /// permissions.
    [[nodiscard]] std::string with_token() const { return folder_ + "/token.yaml"; }
    [[nodiscard]] std::string with_certificate() const { return folder_ + "/certificate.yaml"; }
    [[nodiscard]] std::string without_rights() const { return folder_ + "/powerless.yaml"; }

    // --- the role of controllers and kubelets
    /// Creates a pod of that Job that has ended with this result and this log.
    void end_pod(const std::string& job, int exit_code, const std::string& log);
    /// Creates a pod of that Job that cannot start.
    void hold_pod(const std::string& job, const std::string& reason);
    void complete(const std::string& job);
    void fail(const std::string& job, const std::string& reason);
    void remove(const std::string& job);
    /// Names of ecron's existing Jobs.
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
