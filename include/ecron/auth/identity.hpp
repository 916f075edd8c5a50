#pragma once
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"

/// Who is calling, and what they may do.
namespace ecron::auth {

enum class Permission : std::uint8_t {
    read,
    write,             // jobs and what belongs to them
    execute,           // run what is stored, cancel; includes report
    report,            // the end of work
    command,           // jobs that run programs on ecron's machine
    kubernetes,        // jobs that are Kubernetes Jobs made with ecron's credentials; includes the next
    kubernetes_proxy,  // those at an API proxy, which get no credentials
    admin,             // every tenant's, and the installation
};
inline constexpr std::size_t kPermissions = 8;

class Permissions {
public:
    Permissions() = default;
    static Permissions all() { return Permissions{~std::bitset<kPermissions>{}}; }
    /// `execute` includes `report`: targets had no permission of their own before.
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
    std::string subject{};  // who, within the tenant: `sub`, or the name of a static token
    Permissions may{};
    bool operator==(const Identity&) const = default;
};

/// Whether a client_id can be a tenant: at most the 36 characters of the store's column, and no text that
/// looks like another one (name_fault), nor `*`, by which an administrator names every tenant.
[[nodiscard]] bool can_be_tenant(std::string_view client);

/// Which scopes grant a permission, by the order of Permission; several: each one does.
class ScopeMap {
public:
    using Scopes = std::vector<std::string>;
    ScopeMap() = default;
    explicit ScopeMap(std::vector<Scopes> granting) : granting_(std::move(granting)) {}
    /// Of a token's `scope`: words with spaces between (RFC 6749 §3.3).
    [[nodiscard]] Permissions permissions(std::string_view scope) const;
    /// The scope to name where a permission is missing: the first that would grant it.
    [[nodiscard]] std::string_view needed_for(Permission permission) const;

private:
    std::vector<Scopes> granting_;
};

/// The token of an `Authorization` header of any scheme. Errors: unauthenticated, in the words that clients
/// match.
Result<std::string_view> token_of(std::string_view authorization);

}  // namespace ecron::auth
