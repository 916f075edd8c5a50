#pragma once
#include <map>
#include <optional>
#include <string>

#include "ecron/base/error.hpp"
#include "ecron/base/secret.hpp"
#include "ecron/http/client.hpp"

namespace ecron::execution {

/// Address of an API server and ecron's credentials for it.
struct ClusterAccess {
    std::string server;     // URL without trailing slash
    std::string authority;  // PEM; empty: the system's CA bundle
    std::optional<http::ClientIdentity> identity;
    SecretText token;
    std::string token_file;  // reread, because it is rotated; overrides `token`
    std::string name_space;  // default namespace for Jobs; empty: not set
};

/// Parses a kubeconfig (YAML) as kubectl does: the current or the named context; CA, client certificate and
/// key as files or inline; a token as text or file. Refused: programs that fetch credentials, passwords,
/// proxies, and unverified certificates.
Result<ClusterAccess> read_kubeconfig(const std::string& file, const std::string& context);

/// In-cluster configuration: KUBERNETES_SERVICE_HOST and _PORT, and the files token, ca.crt and namespace in
/// `folder`.
Result<ClusterAccess> in_cluster(const std::string& folder,
                                 const std::map<std::string, std::string>& environment);

struct ServiceAccount {
    std::string name_space, name;  // empty: unknown
};
/// The service account of the token in `access`, by its claim `sub`; empty for any other credentials.
ServiceAccount service_account_of(const ClusterAccess& access);

}  // namespace ecron::execution
