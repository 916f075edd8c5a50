#pragma once
#include "ecron/model/kubernetes.hpp"
#include "model/members.hpp"

namespace ecron::model {

/// Reads the members of `info.kubernetes` and reports those of a wrong type.
KubernetesJob read_kubernetes(Members& members);

/// Checks the Kubernetes Job in `context`; `info` are the members of its `info`. Returns true if `exec` is
/// its command.
bool check_kubernetes(const Context& context, Members& info);

}  // namespace ecron::model
