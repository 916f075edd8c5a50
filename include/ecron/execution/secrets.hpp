#pragma once
#include <bitset>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/base/secret.hpp"

/// Secrets that jobs reference as ${secret:NAME} and that are disclosed to their targets only.
namespace ecron::execution {

/// The destination of a secret: an HTTP target, identified by its origin (http://host:port), a command's
/// environment, or a Kubernetes Job in ecron's own cluster.
class Destination {
public:
    static Destination command() { return Destination{"command"}; }
    static Destination kubernetes() { return Destination{"kubernetes"}; }
    /// The origin of a URL.
    static Destination of_url(const std::string& url);
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    explicit Destination(std::string name) : name_(std::move(name)) {}
    std::string name_;
};

/// Looks up secrets at each use, so that a changed secret applies to the next attempt. Order: the file NAME
/// in the tenant's folder, the file NAME in the folder itself (for all tenants), the variable
/// ECRON_SECRET_<NAME> (in upper case, non-alphanumeric characters replaced by _; for all
/// tenants). A line break at the end of a file is removed.
///
/// A secret can be restricted by a rules file next to it, NAME.allow (for a variable:
/// ECRON_SECRET_<NAME>.allow in the folder itself), with one rule per line: `tenant NAME`, `origin URL`,
/// `command`, `kubernetes`; lines that start with # are comments. If tenants are listed, the tenant must be
/// one of them; if destinations are listed, the destination must be one of them. Without a rules file, every
/// tenant with access to the secret may send it to any destination; a rules file that cannot be read,
/// contains no rule, or contains anything else denies all access. Threads: any.
class Secrets {
public:
    Secrets() = default;  // none
    /// An empty directory: variables only. Only variables named ECRON_SECRET_… in `environment` are used.
    Secrets(std::string directory, const std::map<std::string, std::string>& environment);

    /// Errors name the secret, never its value: not_found; denied if its rules exclude the tenant or
    /// destination.
    [[nodiscard]] Result<SecretText> find(const TenantId& tenant, std::string_view name,
                                          const Destination& to) const;

private:
    struct Found {
        SecretText text;
        std::string rules;  // path of the rules file; empty: there is no folder
    };
    [[nodiscard]] Result<Found> look_up(const TenantId& tenant, std::string_view name) const;

    std::string directory_;
    std::map<std::string, SecretText, std::less<>> variables_;
};

/// The number of references to secrets.
[[nodiscard]] std::size_t count_secrets(std::string_view text);

/// How a secret is quoted in the surrounding text.
enum class Quoting : std::uint8_t {
    none,
    json,     // inside a JSON string
    dollars,  // in a variable of a container, where Kubernetes replaces $$ by $
};

/// Inserts secrets into the texts of one attempt and records them, so that they can be masked in its output.
/// Each secret is looked up once, regardless of the number of references.
class Revealer {
public:
    Revealer(const Secrets& secrets, const TenantId& tenant, Destination to)
        : secrets_(secrets),
          tenant_(tenant),
          to_(std::move(to)) {}

    /// Errors: unknown secret, or more than kLongestRevealed bytes including the secrets.
    Result<std::string> reveal(std::string_view text, Quoting quoting = Quoting::none);
    [[nodiscard]] bool has_revealed() const { return !known_.empty(); }
    /// Every secret that was inserted into a text, in each form in which ecron may have sent it, without
    /// duplicates.
    [[nodiscard]] std::vector<std::string> revealed() &&;

private:
    struct Forms {
        std::string plain, json, dollars;
        [[nodiscard]] const std::string& as(Quoting quoting) const;
    };
    [[nodiscard]] Result<const Forms*> forms_of(std::string_view name);

    const Secrets& secrets_;
    const TenantId& tenant_;
    Destination to_;
    std::map<std::string, Forms, std::less<>> known_;
};
inline constexpr std::size_t kLongestRevealed = 4UL << 20U;

/// Replaces secrets by *** in a text that arrives in pieces, in one pass regardless of the number of secrets.
class Mask {
public:
    Mask() = default;
    explicit Mask(std::vector<std::string> secrets);

    /// The masked text so far; a suffix that may be the beginning of a secret is held until the next call.
    [[nodiscard]] std::string feed(std::string_view piece);
    /// The held suffix.
    [[nodiscard]] std::string finish();
    /// Masks a complete text.
    [[nodiscard]] std::string whole(std::string_view text);
    [[nodiscard]] bool empty() const { return secrets_.empty(); }

private:
    enum class Text : std::uint8_t { goes_on, ended };
    [[nodiscard]] std::string replace(Text text);
    [[nodiscard]] std::span<const std::uint32_t> candidates(std::string_view here) const;
    [[nodiscard]] std::size_t secret_at(std::string_view here) const;
    [[nodiscard]] bool may_begin_secret(std::string_view here) const;

    std::vector<std::string> secrets_;                                          // longest first
    std::unordered_map<std::string, std::vector<std::uint32_t>> by_beginning_;  // in the same order
    std::bitset<256> first_bytes_;
    std::string rest_;
};

}  // namespace ecron::execution
