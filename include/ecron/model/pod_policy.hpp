#pragma once
#include <boost/json/fwd.hpp>
#include <cstdint>
#include <string>
#include <vector>

/// The Pod Security Standards of Kubernetes, as the admission controller PodSecurity has them, checked by
/// ecron itself: whoever may make Jobs with ecron's credentials is bound by them in clusters whose namespaces
/// enforce nothing. Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/ and
/// k8s.io/pod-security-admission/policy (1.33; the host of probes and lifecycle handlers: 1.34). Pure.
namespace ecron::model {

enum class PodPolicy : std::uint8_t {
    restricted,  // hardened: no root, no capabilities, no privilege escalation, named volume types only
    baseline,    // no known privilege escalation
    privileged   // anything
};

/// What a pod may not have. `field` is its path in the template:
/// "spec.containers[0].securityContext.privileged". `reason` names what is expected and repeats no value,
/// which could be a secret's.
struct PodFault {
    std::string field;
    std::string reason;
    bool operator==(const PodFault&) const = default;
};

/// Every fault of a pod template ({"metadata":…,"spec":…}) of parse_json(), in the order of the standard's
/// controls; empty: it conforms. Absent and null are alike. `hostUsers` is not restricted: true, the default,
/// is what the other controls are made for.
std::vector<PodFault> pod_faults(const boost::json::object& pod_template, PodPolicy policy);

}  // namespace ecron::model
