#pragma once
#include <boost/json/fwd.hpp>
#include <cstdint>
#include <string>
#include <vector>

/// The Pod Security Standards of Kubernetes as the admission controller PodSecurity implements them. ecron
/// checks them itself, so that Jobs with ecron's credentials conform even in namespaces without enforcement.
/// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/ and
/// k8s.io/pod-security-admission/policy (1.33; the host of probes and lifecycle handlers: 1.34). Pure.
namespace ecron::model {

enum class PodPolicy : std::uint8_t {
    restricted,  // hardened: no root, no capabilities, no privilege escalation, named volume types only
    baseline,    // no known privilege escalation
    privileged   // anything
};

/// A violation. `field` is the path in the template, such as "spec.containers[0].securityContext.privileged".
/// `reason` names the expected value and does not repeat the actual one, which could be a secret.
struct PodFault {
    std::string field;
    std::string reason;
    bool operator==(const PodFault&) const = default;
};

/// Returns all faults of a pod template ({"metadata":…,"spec":…}) from parse_json(), in the order of the
/// controls of the standard; empty if it conforms. A null member counts as absent. `hostUsers` is not
/// restricted: the other controls assume its default, true.
std::vector<PodFault> pod_faults(const boost::json::object& pod_template, PodPolicy policy);

}  // namespace ecron::model
