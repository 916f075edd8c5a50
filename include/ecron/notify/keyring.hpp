#pragma once
#include <string>

#include "ecron/base/id.hpp"
#include "ecron/notify/signature.hpp"

namespace ecron::notify {

/// Selects a tenant's signing secrets: the file `<tenant>/webhook_secret` in the secrets directory if it
/// exists, otherwise the configured secrets for all tenants. A file is read at every call, so that it can be
/// replaced at any time. The directory name is the percent-encoded tenant name (unreserved: alphanumerics and
/// -._~).
class Keyring {
public:
    Keyring(std::string folder, SigningKeys for_all)
        : folder_(std::move(folder)),
          for_all_(std::move(for_all)) {}
    /// Error: the tenant's file exists but cannot be read; messages must then not be sent unsigned.
    [[nodiscard]] Result<SigningKeys> keys_of(const TenantId& tenant) const;

private:
    std::string folder_;  // empty: none
    SigningKeys for_all_;
};

}  // namespace ecron::notify
