#include "ecron/notify/keyring.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>

#include "ecron/http/message.hpp"

namespace ecron::notify {

Result<SigningKeys> Keyring::keys_of(const TenantId& tenant) const {
    const std::string name = http::percent_encode(tenant.value());
    if (folder_.empty() || name.empty() || name == "." || name == "..") return for_all_;
    errno = 0;
    std::ifstream file(folder_ + '/' + name + "/webhook_secret");
    if (!file) {
        if (errno == ENOENT || errno == ENOTDIR) return for_all_;
        return fail(Errc::unavailable, "failed to read the tenant's signing secret");
    }
    constexpr std::size_t kMaxFileBytes = 1'024;
    std::string text(kMaxFileBytes, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) return fail(Errc::unavailable, "failed to read the tenant's signing secret");
    text.resize(static_cast<std::size_t>(file.gcount()));
    Result<SigningKeys> keys = read_signing_keys(text);
    if (!keys) return fail(Errc::unavailable, "the tenant's signing secret is invalid: " + keys.error().what);
    return keys;
}

}  // namespace ecron::notify
