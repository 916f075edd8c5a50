#pragma once
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"

/// The authenticated caller and its permissions.
namespace ecron::auth {

enum class Permission : std::uint8_t {
    read,
    write,             // jobs and their settings
    execute,           // run stored jobs, cancel; includes report
    report,            // report the end of an execution
    command,           // jobs that run programs on ecron's host
    kubernetes,        // jobs that create Kubernetes Jobs with ecron's credentials; includes kubernetes_proxy
    kubernetes_proxy,  // Kubernetes Jobs through an API proxy, without credentials
    admin,             // all tenants, and the installation
};
inline constexpr std::size_t kPermissions = 8;

class Permissions {
public:
    Permissions() = default;
    static Permissions all() { return Permissions{~std::bitset<kPermissions>{}}; }
    /// `execute` includes `report`, because targets had no permission of their own in earlier versions.
    void grant(Permission permission) {
        bits_.set(static_cast<std::size_t>(permission));
        if (permission == Permission::execute) grant(Permission::report);
        if (permission == Permission::kubernetes) grant(Permission::kubernetes_proxy);
    }
    [[nodiscard]] bool has(Permission permission) const {
        return bits_.test(static_cast<std::size_t>(permission));
    }
    [[nodiscard]] bool none() const { return bits_.none(); }
    bool operator==(const Permissions&) const = default;

private:
    explicit Permissions(std::bitset<kPermissions> bits) : bits_(bits) {}
    std::bitset<kPermissions> bits_;
};

struct Identity {
    TenantId tenant{};      // the token's client_id
    std::string subject{};  // the principal within the tenant: `sub`, or the name of a static token
    Permissions may{};
    bool operator==(const Identity&) const = default;
};

/// Whether a client_id can be a tenant: at most 36 characters, the size of the store's column; no text that
/// can be confused with another one (name_fault); and not `*`, by which an administrator addresses all
/// tenants.
[[nodiscard]] bool can_be_tenant(std::string_view client);

/// The scopes that grant each permission, in the order of Permission; any one of several suffices.
class ScopeMap {
public:
    using Scopes = std::vector<std::string>;
    ScopeMap() = default;
    explicit ScopeMap(std::vector<Scopes> granting) : granting_(std::move(granting)) {}
    /// Permissions of a token's `scope`: words separated by spaces (RFC 6749 §3.3).
    [[nodiscard]] Permissions permissions(std::string_view scope) const;
    /// The scope to name in an error about a missing permission: the first that grants it.
    [[nodiscard]] std::string_view needed_for(Permission permission) const;

private:
    std::vector<Scopes> granting_;
};

/// The token of an `Authorization` header with any scheme. Errors: unauthenticated, with a cause that clients
/// match.
Result<std::string_view> token_of(std::string_view authorization);

}  // namespace ecron::auth
