#pragma once
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"
#include "ecron/execution/attempt.hpp"
#include "ecron/execution/secrets.hpp"
#include "ecron/model/cluster_rules.hpp"
#include "ecron/model/kubernetes.hpp"

/// The Job that an attempt becomes. Pure.
namespace ecron::execution {

/// What ecron's own Jobs are told by: they have this label.
inline constexpr std::string_view kAttemptLabel = "ecron/attempt";
inline constexpr std::string_view kExecuteIdAnnotation = "ecron/execute-id";

/// The same for the same attempt, another for each other: "ecron-<execute id>-<attempt>", or a hash where the
/// id is not fit for a name.
std::string kubernetes_job_name(const ExecuteId& id, int attempt);

struct JobManifest {
    std::string name, name_space;
    std::string text;  // JSON
};

struct ManifestOptions {
    const model::ClusterRules* rules{nullptr};  // of ecron's own cluster; none: an API proxy's
    Millis timeout{};                           // of the attempt
    Seconds ttl{};                              // how long an ended Job stays
};

/// Of a job's members, or of its body, which is a whole manifest: that keeps what it says, but for the name
/// and the labels and annotations that ecron knows its Jobs by. Either gets ECRON_* variables, a time-to-live
/// and, a minute beyond the attempt's own time, a deadline that holds while no ecron is there to hold it.
/// Secrets stand in texts of the manifest and in variables; there `$` is doubled, as Kubernetes halves it.
/// With rules: the pod template must meet them when all secrets are in it; what is made of members conforms
/// to the policy `restricted` under that policy; a pod that names no service account gets no token of the
/// namespace's default one unless its manifest asks for it.
Result<JobManifest> manifest_of(const AttemptOrder& order, const model::KubernetesJob& job,
                                const ManifestOptions& options, Revealer& revealer);

}  // namespace ecron::execution
