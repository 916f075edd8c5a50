#pragma once
#include <map>
#include <optional>
#include <string>

#include "ecron/base/error.hpp"
#include "ecron/base/secret.hpp"
#include "ecron/http/client.hpp"

namespace ecron::execution {

/// Where an API server is, and as whom ecron speaks to it.
struct ClusterAccess {
    std::string server;     // URL without a slash at its end
    std::string authority;  // PEM; empty: the system's
    std::optional<http::ClientIdentity> identity;
    SecretText token;
    std::string token_file;  // read again as it rotates; wins over `token`
    std::string name_space;  // where Jobs go that name none; empty: not said
};

/// Of a file as kubectl reads it (YAML): the current context, or the named one. Authority, client
/// certificate and key as files or inline; a token as text or file. Refused is what ecron cannot do or will
/// not: programs that fetch credentials, passwords, proxies, unverified certificates.
Result<ClusterAccess> read_kubeconfig(const std::string& file, const std::string& context);

/// Of a pod: KUBERNETES_SERVICE_HOST and _PORT, and the files token, ca.crt and namespace in `folder`.
Result<ClusterAccess> in_cluster(const std::string& folder,
                                 const std::map<std::string, std::string>& environment);

struct ServiceAccount {
    std::string name_space, name;  // empty: not known
};
/// Whose token `access` has, by its own claims (`sub`); of anything but a service account's token: nothing.
ServiceAccount service_account_of(const ClusterAccess& access);

}  // namespace ecron::execution
