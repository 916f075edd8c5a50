#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/http/message.hpp"
#include "ecron/management/api.hpp"

/// Keeps web pages of other origins from using a browser inside the network as their hand: what a page may
/// send without asking (a POST of text/plain, say) is refused by Origin and Sec-Fetch-Site (Fetch §3.2, Fetch
/// Metadata), and a page whose name was rebound to this server's address by Host. Clients that are no
/// browsers send none of them but Host. Pure.
namespace ecron::management {

class HostCheck {
public:
    enum class Callers : bool { anybody, with_token };

    /// Host is looked at for `anybody` alone: a rebound page has no token to send.
    HostCheck(HostRules rules, Callers callers);

    /// Whether a page of another origin sent the request: an Origin is neither the Host it names nor an
    /// allowed one, or a Sec-Fetch-Site says cross-site.
    [[nodiscard]] bool is_foreign(const http::Request& request) const;
    /// Whether its Host is none of this server's. A request without one is no browser's.
    [[nodiscard]] bool names_other_host(const http::Request& request) const;

private:
    struct Authority {
        std::string host;  // in lower case, an IPv6 address without brackets
        std::string port;  // empty: none is named
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
