#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/http/message.hpp"
#include "ecron/management/api.hpp"

/// Prevents web pages of other origins from sending requests through a browser inside the network. Requests
/// that a page may send without a preflight (for example a POST of text/plain) are refused by Origin and
/// Sec-Fetch-Site (Fetch §3.2, Fetch Metadata); requests of a page whose name was rebound to this server's
/// address are refused by Host. Clients other than browsers send only Host. Pure.
namespace ecron::management {

class HostCheck {
public:
    enum class Callers : bool { anonymous, with_token };

    /// Host is checked only for `anonymous`, that is without authentication: a rebound page has no token to
    /// send.
    HostCheck(HostRules rules, Callers callers);

    /// Returns true if a page of another origin sent the request: its Origin is neither the requested Host
    /// nor an allowed one, or Sec-Fetch-Site is cross-site.
    [[nodiscard]] bool is_foreign(const http::Request& request) const;
    /// Returns true if Host is not a name of this server. A request without Host does not come from a
    /// browser.
    [[nodiscard]] bool names_other_host(const http::Request& request) const;

private:
    struct Authority {
        std::string host;  // lower case; IPv6 addresses without brackets
        std::string port;  // empty: no port
    };
    static Authority read_authority(std::string_view text);
    [[nodiscard]] bool is_foreign_origin(std::string_view origin, std::string_view called) const;
    [[nodiscard]] bool is_allowed(const Authority& named) const;
    [[nodiscard]] bool is_own(const Authority& named) const;

    std::vector<Authority> allowed_;
    bool allows_any_host_{false};
    HostRules rules_;
    Callers callers_;
};

}  // namespace ecron::management
