#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/model/job.hpp"

/// `info.kubernetes`: a Job to run in a Kubernetes cluster. Pure.
namespace ecron::model {

struct KubernetesJob {
    std::string addr{};  // of an API proxy; empty: the configured cluster
    std::uint16_t port{80};
    std::string name_space{};            // empty: the manifest's, else the configured one
    std::string image{};                 // if there is no manifest
    std::vector<std::string> command{};  // empty: the words of exec, else the image's default
    NameValues environment{};
    std::string resources{};  // a JSON object (requests, limits), or empty
    std::string service_account{};
};

/// Returns true if runs of the context are Kubernetes Jobs.
[[nodiscard]] bool is_kubernetes_job(const Context& context);

/// Parses the value of a job that was validated at its creation. Error: invalid, which is possible for old
/// rows.
Result<KubernetesJob> read_kubernetes(std::string_view json);

/// Returns the URL of the API proxy at `addr` and `port`; an IPv6 address may lack its brackets.
[[nodiscard]] std::string proxy_url(const KubernetesJob& job);

/// Returns true for a DNS label (RFC 1123), the syntax of namespace and Job names.
[[nodiscard]] bool is_dns_label(std::string_view text);

}  // namespace ecron::model
