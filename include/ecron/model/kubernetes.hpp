#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/model/job.hpp"

/// `info.kubernetes`: a Job of a Kubernetes cluster that is to be run. Pure.
namespace ecron::model {

struct KubernetesJob {
    std::string addr{};  // of an API proxy; empty: the cluster that ecron is configured for
    std::uint16_t port{80};
    std::string name_space{};            // empty: the manifest's, else the configured one
    std::string image{};                 // without a manifest
    std::vector<std::string> command{};  // empty: exec's words, else the image's own
    NameValues environment{};
    std::string resources{};  // a JSON object (requests, limits), or empty
    std::string service_account{};
};

/// Whether a context's run is a Kubernetes Job.
[[nodiscard]] bool is_kubernetes_job(const Context& context);

/// Of a job that was checked when it was created. Errors: it does not read, as old rows may not.
Result<KubernetesJob> read_kubernetes(std::string_view json);

/// The URL of the API proxy that `addr` and `port` name; an IPv6 address may stand without its brackets.
[[nodiscard]] std::string proxy_url(const KubernetesJob& job);

/// A DNS label (RFC 1123): what namespaces and Jobs are named like.
[[nodiscard]] bool is_dns_label(std::string_view text);

}  // namespace ecron::model
