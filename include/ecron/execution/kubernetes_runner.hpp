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
    bool enabled{false};  // permits Jobs in ecron's own cluster; Jobs with an `addr` are always permitted
    std::size_t limit{2'000};     // concurrent Jobs; enforced by the pool
    std::string config_file{};    // a kubeconfig; empty: in-cluster configuration
    std::string context{};        // context of the kubeconfig; empty: the current one
    model::ClusterRules rules{};  // rules for Jobs in that cluster; an empty name_space: the kubeconfig's
    Millis timeout{3'600'000};    // default for jobs that specify none
    Seconds ttl{3'600};           // retention of finished Jobs in the cluster
    std::size_t output_limit{64UL * 1024};
    std::string user_agent{};
    std::string service_account_folder{"/var/run/secrets/kubernetes.io/serviceaccount"};
    Millis patience{10'000};         // maximum wait for an unreachable API server before a Job is created
    Millis longest_silence{60'000};  // of a watch
    Millis remove_patience{30'000};  // maximum time for deleting a Job, regardless of responses
};

/// Completes the rules with information from the credentials: the default namespace, and ecron's identity in
/// the cluster (by a service account token, and in a pod by its namespace). nullopt: such Jobs are disabled.
/// Errors: the credentials cannot be read, or ecron runs in a pod and no namespace is set, because the pod's
/// own namespace holds ecron's Secrets.
Result<std::optional<model::ClusterRules>> cluster_rules(
    const KubernetesOptions& options, const std::map<std::string, std::string>& environment);

/// The client certificate (PEM) used for the cluster; empty: none, or it cannot be read.
std::string cluster_certificate(const KubernetesOptions& options,
                                const std::map<std::string, std::string>& environment);

/// Creates a Kubernetes Job for each attempt and waits for its end. The Job's name is derived from execution
/// and attempt, so that a repeated creation finds the existing Job: an attempt resumed on another node
/// continues with it. The outcome is given by the Job's conditions, the output is the tail of the log of its
/// newest pod. On timeout and cancellation the Job and its pods are deleted; if that fails, the reason says
/// so. detach leaves the Job running.
///
/// A Job with ecron's own credentials must meet the rules, regardless of checks when it was stored.
///
/// A Job with an `addr` uses `client`, which enforces the egress rules; other Jobs use a separate client with
/// the credentials of a kubeconfig or a pod. The attempt's detail: {"cluster", "namespace", "job", "pod",
/// "exit_code", "output_size", "adopted", "log_error"}. Errors: Jobs are enabled and the credentials cannot
/// be read.
Result<std::unique_ptr<Runner>> make_kubernetes_runner(boost::asio::io_context& io, const Clock& clock,
                                                       http::Client& client, const Secrets& secrets,
                                                       const std::map<std::string, std::string>& environment,
                                                       KubernetesOptions options);

extern const ExecutorKind kKubernetesExecutor;

}  // namespace ecron::execution
