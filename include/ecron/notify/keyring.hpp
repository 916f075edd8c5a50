#pragma once
#include <string>

#include "ecron/base/id.hpp"
#include "ecron/notify/signature.hpp"

namespace ecron::notify {

/// Whose messages are signed with what: the file `<tenant>/webhook_secret` of the folder of
/// secrets, where there is
/// one, else what the configuration gives for all. A file is read whenever it is asked for, so that it can be
/// replaced at any time; a tenant's name stands percent-encoded in the folder's (letters, digits and -._~
/// stand for themselves).
class Keyring {
public:
    Keyring(std::string folder, SigningKeys for_all)
        : folder_(std::move(folder)),
          for_all_(std::move(for_all)) {}
    /// An error: the tenant has a file and it cannot be read; nothing must be sent unsigned then.
    [[nodiscard]] Result<SigningKeys> keys_of(const TenantId& tenant) const;

private:
    std::string folder_;  // empty: none
    SigningKeys for_all_;
};

}  // namespace ecron::notify
