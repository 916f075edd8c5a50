#pragma once
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "ecron/base/error.hpp"
#include "ecron/execution/runner.hpp"
#include "ecron/execution/secrets.hpp"
#include "ecron/http/client.hpp"
#include "ecron/model/cluster_rules.hpp"

namespace ecron::execution {

struct KubernetesOptions {
    bool enabled{false};          // Jobs in ecron's own cluster; those at an `addr` always run
    std::string config_file{};    // a kubeconfig; empty: the cluster whose pod this is
    std::string context{};        // of it; empty: the current one
    model::ClusterRules rules{};  // of Jobs there; an empty name_space: the kubeconfig's
    Millis timeout{3'600'000};    // of jobs that name none
    Seconds ttl{3'600};           // how long ended Jobs stay in the cluster
    std::size_t output_limit{64UL * 1024};
    std::string user_agent{};
    std::string service_account_folder{"/var/run/secrets/kubernetes.io/serviceaccount"};
    Millis patience{10'000};         // for an API server that is not there, before a Job is made
    Millis longest_silence{60'000};  // of a watch
    Millis remove_patience{30'000};  // for the deletion of a Job, whatever is answered
};

/// The rules with what the credentials say: where Jobs go that name no namespace, and who ecron is in the
/// cluster (by the token of a service account, and in a pod by its namespace). nullopt: such Jobs are
/// switched off. Errors: the credentials cannot be read, or ecron runs in a pod and no namespace is named,
/// since the pod's own holds ecron's Secrets.
Result<std::optional<model::ClusterRules>> cluster_rules(
    const KubernetesOptions& options, const std::map<std::string, std::string>& environment);

/// The client certificate (PEM) that the cluster is shown; empty: none, or it cannot be read.
std::string cluster_certificate(const KubernetesOptions& options,
                                const std::map<std::string, std::string>& environment);

/// Makes a Kubernetes Job of each attempt and waits for its end. The Job's name follows from execution and
/// attempt, so making it again finds what is there: an attempt that begins anew elsewhere goes on with its
/// Job. Its end is what its conditions say, its output the end of the log of its newest pod. On time-out and
/// cancellation the Job is deleted, its pods with it; the reason says where that failed. let_go leaves it
/// running.
///
/// A Job with ecron's own credentials must meet the rules, whatever was checked when it was stored.
///
/// A Job at an `addr` goes through `client`, which has the egress guard; others through a client of their own
/// with the credentials of a kubeconfig or a pod. The attempt's detail: {"cluster", "namespace", "job",
/// "pod", "exit_code", "output_size", "adopted", "log_error"}. Opening fails where Jobs are enabled and the
/// credentials cannot be read.
Result<std::unique_ptr<Runner>> make_kubernetes_runner(boost::asio::io_context& io, const Clock& clock,
                                                       http::Client& client, const Secrets& secrets,
                                                       const std::map<std::string, std::string>& environment,
                                                       KubernetesOptions options);

}  // namespace ecron::execution
