#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/base/secret.hpp"

/// What jobs name as ${secret:NAME} and only their targets get to see.
namespace ecron::execution {

/// Looked up anew each time, so that a secret that was changed holds for the next attempt: the file NAME in
/// the folder named as the tenant, in the folder itself (for all tenants), then the variable
/// ECRON_SECRET_<NAME> (in upper case, with _ for what is no letter or digit; for all tenants). A line break
/// at the end of a file is no part of it. Threads: any.
class Secrets {
public:
    Secrets() = default;  // none
    /// An empty directory: variables only. `environment` by whole names; others than ECRON_SECRET_ are left.
    Secrets(std::string directory, const std::map<std::string, std::string>& environment);

    /// Not found, or not to be read: an error that names the secret.
    [[nodiscard]] Result<SecretText> find(const TenantId& tenant, std::string_view name) const;

private:
    std::string directory_;
    std::map<std::string, SecretText, std::less<>> variables_;
};

/// How a secret stands in the text around it.
enum class Quoting : std::uint8_t {
    none,
    json,     // inside a JSON string
    dollars,  // in a variable of a container, where Kubernetes makes one $ of two
};

/// Puts the secrets into the texts of one attempt, and remembers which, so that they can be taken out of what
/// comes back.
class Revealer {
public:
    Revealer(const Secrets& secrets, const TenantId& tenant) : secrets_(secrets), tenant_(tenant) {}

    Result<std::string> reveal(std::string_view text, Quoting quoting = Quoting::none);
    [[nodiscard]] std::vector<std::string> revealed() && { return std::move(revealed_); }

private:
    const Secrets& secrets_;
    const TenantId& tenant_;
    std::vector<std::string> revealed_;
};

/// Replaces secrets by *** in a text that comes in pieces.
class Mask {
public:
    Mask() = default;
    explicit Mask(std::vector<std::string> secrets);

    /// What can be told of the text so far; an end that may be the beginning of a secret is kept back.
    [[nodiscard]] std::string feed(std::string_view piece);
    /// What was kept back.
    [[nodiscard]] std::string finish();
    /// Of a whole text.
    [[nodiscard]] std::string whole(std::string_view text);
    [[nodiscard]] bool empty() const { return secrets_.empty(); }

private:
    [[nodiscard]] std::size_t held_back(std::string_view text) const;

    std::vector<std::string> secrets_;  // the longest first
    std::string rest_;
};

}  // namespace ecron::execution
