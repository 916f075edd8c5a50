#pragma once
#include "ecron/model/kubernetes.hpp"
#include "model/members.hpp"

namespace ecron::model {

/// Reads the members of `info.kubernetes`, and notes those of a wrong type.
KubernetesJob read_kubernetes(Members& members);

/// What a Kubernetes Job must have to be run: of `context`, whose `info` is given. True: `exec` is its
/// command.
bool check_kubernetes(const Context& context, Members& info);

}  // namespace ecron::model
