#pragma once
#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/model/job.hpp"
#include "ecron/model/json.hpp"
#include "ecron/model/pod_policy.hpp"

/// What a Job may be that is made with ecron's own credentials of a cluster. Jobs at an API proxy
/// (`info.kubernetes.addr`) get none of these and are not bound by them. Pure.
namespace ecron::model {

inline constexpr std::string_view kTenantPlaceholder = "{tenant}";

struct ClusterRules {
    PodPolicy policy{PodPolicy::restricted};
    std::string name_space{"default"};            // where Jobs go; {tenant} stands for the job's tenant
    std::vector<std::string> name_spaces{};       // others that a job may name
    std::vector<std::string> service_accounts{};  // that a job may name beside "default"; "*": any
    std::string own_namespace{}, own_account{};   // of ecron's credentials; empty: not known
};

/// Whether a context's run is a Job that is made with ecron's own credentials. Of one that does not read:
/// yes.
[[nodiscard]] bool is_own_cluster_job(const Context& context);

/// Where the Job of a tenant goes whose job or manifest names `named` (empty: none). ecron's own namespace is
/// one only if the rules name it without {tenant}. Errors: denied.
Result<std::string> namespace_of(const ClusterRules& rules, const TenantId& tenant, std::string_view named);

/// Every fault of a pod template that runs in that namespace: those of the policy, and a service account that
/// is not allowed, or ecron's own, be it named or the namespace's default.
std::vector<PodFault> template_faults(const ClusterRules& rules, std::string_view name_space,
                                      const boost::json::object& pod_template);

/// The problems of a job before it is stored, as far as they can be told while its secrets are unknown.
Problems cluster_problems(const ClusterRules& rules, const TenantId& tenant, const Context& context);

}  // namespace ecron::model
