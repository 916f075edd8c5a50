#include "management/authorization/host_check.hpp"

#include <algorithm>

#include "ecron/base/ip.hpp"
#include "ecron/base/text.hpp"

namespace ecron::management {
namespace {

bool is_v6_address(const std::string& text) { return text.contains(':') && IpAddress::parse(text); }

/// Returns true if the text has no character that would begin another part of a URL.
bool is_name(std::string_view text) { return text.find_first_of("@/\\?#[]%\"'<> \t") == text.npos; }

std::string_view usual_port(std::string_view scheme) {
    return scheme == "https" ? "443" : scheme == "http" ? "80" : "";
}

}  // namespace

HostCheck::HostCheck(HostRules rules, Callers callers) : rules_(std::move(rules)), callers_(callers) {
    for (const std::string& allowed : rules_.allowed) {
        if (allowed == "*")
            allows_any_host_ = true;
        else
            allowed_.push_back(read_authority(allowed));
    }
}

/// HOST, HOST:PORT, [IPv6] or [IPv6]:PORT; for allowed hosts also an unbracketed IPv6 address. Any other text
/// matches no host.
HostCheck::Authority HostCheck::read_authority(std::string_view text) {
    const bool is_bare_v6 = !text.starts_with('[') && std::ranges::count(text, ':') > 1;
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
    if (bracket == text.npos) return {};
    const std::size_t colon = is_bare_v6 ? text.size() : std::min(text.find(':', bracket), text.size());
    const std::string_view rest = text.substr(colon);
    Authority authority{.host = lower_case(std::string{text.substr(0, colon)}),
                        .port = std::string{rest.substr(rest.empty() ? 0 : 1)}};
    if (authority.host.starts_with('[')) {
        if (bracket + 1 != colon) return {};
        authority.host = authority.host.substr(1, bracket - 1);
    }
    const bool is_v6 = is_bare_v6 || bracket > 0;
    if (is_v6 ? !is_v6_address(authority.host) : !is_name(authority.host)) return {};
    if (!std::ranges::all_of(authority.port, [](char c) { return c >= '0' && c <= '9'; })) return {};
    if (authority.host.ends_with('.')) authority.host.pop_back();  // the root of the DNS
    return authority;
}

bool HostCheck::is_allowed(const Authority& named) const {
    return std::ranges::any_of(allowed_, [&](const Authority& allowed) {
        return allowed.host == named.host && (allowed.port.empty() || allowed.port == named.port);
    });
}

bool HostCheck::is_own(const Authority& named) const {
    if (named.host == "localhost" || named.host.ends_with(".localhost")) return true;
    const std::optional<IpAddress> address = IpAddress::parse(named.host);
    if (!address) return false;
    // A name can be rebound, an address cannot. Behind a forwarded port, any address may be the one that the
    // client connected to.
    const std::optional<IpAddress> own = IpAddress::parse(rules_.listens_on);
    return address->is_loopback() || (own && (own->is_any() || own == address));
}

bool HostCheck::is_foreign(const http::Request& request) const {
    return std::ranges::any_of(request.headers, [&](const http::Header& header) {
        const std::string name = lower_case(header.name);
        if (name == "sec-fetch-site") return lower_case(header.value) == "cross-site";
        return name == "origin" && is_foreign_origin(header.value, request.header("Host"));
    });
}

bool HostCheck::is_foreign_origin(std::string_view origin, std::string_view called) const {
    if (origin.empty()) return false;
    const std::size_t scheme_end = origin.find("://");
    if (scheme_end == origin.npos) return true;  // "null", from a page that hides its origin
    const std::string_view usual = usual_port(lower_case(std::string{origin.substr(0, scheme_end)}));
    Authority from = read_authority(origin.substr(scheme_end + 3));
    if (from.port.empty()) from.port = usual;
    Authority host = read_authority(called);
    if (host.port.empty()) host.port = usual;
    const bool is_same = !from.host.empty() && from.host == host.host && from.port == host.port;
    return !is_same && !is_allowed(from);
}

bool HostCheck::names_other_host(const http::Request& request) const {
    const std::string_view host = request.header("Host");
    if (callers_ == Callers::with_token || rules_.listens_on.empty() || allows_any_host_ || host.empty())
        return false;
    const Authority named = read_authority(host);
    return !is_own(named) && !is_allowed(named);
}

}  // namespace ecron::management
