#pragma once
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"
#include "ecron/execution/attempt.hpp"
#include "ecron/execution/secrets.hpp"
#include "ecron/model/cluster_rules.hpp"
#include "ecron/model/kubernetes.hpp"

/// Builds the Job manifest of an attempt. Pure.
namespace ecron::execution {

/// Label by which ecron's Jobs are selected.
inline constexpr std::string_view kAttemptLabel = "ecron/attempt";
inline constexpr std::string_view kExecuteIdAnnotation = "ecron/execute-id";

/// The unique and deterministic Job name of an attempt: "ecron-<execute id>-<attempt>", or a hash if the id
/// is not a valid name.
std::string kubernetes_job_name(const ExecuteId& id, int attempt);

struct JobManifest {
    std::string name, name_space;
    std::string text;  // JSON
};

struct ManifestOptions {
    const model::ClusterRules* rules{
        nullptr};      // rules of ecron's own cluster; nullptr: the Job is created through an API proxy
    Millis timeout{};  // of the attempt
    Seconds ttl{};     // retention of the finished Job
};

/// Builds the manifest from the job's members, or from its body if that is a complete manifest; the latter is
/// kept except for the name and the labels and annotations by which ecron identifies its Jobs. Both get
/// ECRON_* variables, a time-to-live, and a deadline one minute after the attempt's timeout, which takes
/// effect if no ecron node is running. Secrets may be used in texts of the manifest and in variables, where
/// `$` is doubled, because Kubernetes replaces `$$` by `$`. With rules: the pod template must meet them after
/// all secrets have been inserted; a manifest built from members conforms to the policy `restricted` if that
/// policy is required; a pod without a service account gets no token of the namespace's default account
/// unless its manifest requests it.
Result<JobManifest> manifest_of(const AttemptOrder& order, const model::KubernetesJob& job,
                                const ManifestOptions& options, Revealer& revealer);

}  // namespace ecron::execution
