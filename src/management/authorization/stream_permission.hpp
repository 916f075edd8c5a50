#pragma once
#include <boost/asio/awaitable.hpp>
#include <string>

#include "management/api_request.hpp"

namespace ecron::management {

/// Decides whether the client that opened a stream may still read it: a stream may last hours, and its token
/// may expire or be revoked in the meantime. A token is trusted as long as for any other request
/// (token_cache). Threads: the io_context's.
class StreamPermission {
public:
    explicit StreamPermission(const ApiRequest& request);

    /// Returns false if the token is no longer valid or no longer permits reading. While the issuer is
    /// unreachable, the stream continues. Cheap while the token's result is cached; the issuer is queried at
    /// most once per second.
    boost::asio::awaitable<bool> holds();

private:
    [[nodiscard]] bool is_enough(const auth::Identity& identity) const;

    const Clock& clock_;
    auth::Authenticator* authenticator_;  // nullptr: every caller may read
    std::string token_{};
    auth::Identity opened_as_;
    std::string peer_;
    bool for_other_tenant_;
    SteadyInstant asked_{};
};

}  // namespace ecron::management
