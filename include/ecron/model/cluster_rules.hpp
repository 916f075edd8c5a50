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

/// Rules for Jobs that are created with ecron's own cluster credentials. Jobs at an API proxy
/// (`info.kubernetes.addr`) use no credentials of ecron and are exempt. Pure.
namespace ecron::model {

inline constexpr std::string_view kTenantPlaceholder = "{tenant}";

struct ClusterRules {
    PodPolicy policy{PodPolicy::restricted};
    std::string name_space{"default"};       // of new Jobs; {tenant} is replaced by the tenant of the job
    std::vector<std::string> name_spaces{};  // further namespaces that a job may name
    std::vector<std::string> service_accounts{};  // that a job may name beside "default"; "*": any
    std::string own_namespace{}, own_account{};   // of ecron's credentials; empty: unknown
};

/// Returns true if the context describes a Job that is created with ecron's own credentials, and also if it
/// cannot be parsed.
[[nodiscard]] bool is_own_cluster_job(const Context& context);

/// Returns the namespace for a tenant's Job. `named` is the namespace in the job or manifest; empty if there
/// is none. ecron's own namespace is permitted only if the rules name it without {tenant}. Errors: denied.
Result<std::string> namespace_of(const ClusterRules& rules, const TenantId& tenant, std::string_view named);

/// Returns all faults of a pod template in that namespace: violations of the policy, and a service account
/// that is not permitted or is ecron's own, whether named or the default of the namespace.
std::vector<PodFault> template_faults(const ClusterRules& rules, std::string_view name_space,
                                      const boost::json::object& pod_template);

/// Returns the problems of a job before it is stored, as far as they can be found without the values of its
/// secrets.
Problems cluster_problems(const ClusterRules& rules, const TenantId& tenant, const Context& context);

}  // namespace ecron::model
