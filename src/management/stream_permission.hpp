#pragma once
#include <boost/asio/awaitable.hpp>
#include <string>

#include "management/call.hpp"

namespace ecron::management {

/// Whether whoever opened a stream may still read it: a stream may go on for hours, and the token that opened
/// it end or be revoked meanwhile. It is believed as long as for any request (token_cache). Threads: the
/// io_context's.
class StreamPermission {
public:
    explicit StreamPermission(const Call& call);

    /// False: the token is good no more, or lets its bearer read this no more. While the issuer is away it
    /// goes on. Cheap while the answer about the token is kept; the issuer is asked at most once a second.
    boost::asio::awaitable<bool> holds();

private:
    [[nodiscard]] bool is_enough(const auth::Identity& identity) const;

    const Clock& clock_;
    auth::Authenticator* authenticator_;  // nullptr: anybody may read
    std::string token_{};
    auth::Identity opened_as_;
    std::string peer_;
    bool for_other_tenant_;
    SteadyInstant asked_{};
};

}  // namespace ecron::management
