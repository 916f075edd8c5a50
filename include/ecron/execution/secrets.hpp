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

/// What jobs name as ${secret:NAME} and only their targets get to see.
namespace ecron::execution {

/// Where a secret is about to go: to an HTTP target, which is its origin (http://host:port), into a command's
/// environment, or into a Kubernetes Job of ecron's own cluster.
class Destination {
public:
    static Destination command() { return Destination{"command"}; }
    static Destination kubernetes() { return Destination{"kubernetes"}; }
    /// Of a URL, by its origin.
    static Destination of_url(const std::string& url);
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    explicit Destination(std::string name) : name_(std::move(name)) {}
    std::string name_;
};

/// Looked up anew each time, so that a secret that was changed holds for the next attempt: the file NAME in
/// the folder named as the tenant, in the folder itself (for all tenants), then the variable
/// ECRON_SECRET_<NAME> (in upper case, with _ for what is no letter or digit; for all tenants). A line break
/// at the end of a file is no part of it.
///
/// A secret is bound by a file of rules beside it, NAME.allow (of a variable: ECRON_SECRET_<NAME>.allow in
/// the folder itself), one a line: `tenant NAME`, `origin URL`, `command`, `kubernetes`; lines that begin
/// with # are comments. Where tenants are named, the tenant must be one; where destinations are, the
/// destination. Without such a file every tenant that finds the secret may send it anywhere; a file that
/// cannot be read, names nothing, or holds anything else refuses all. Threads: any.
class Secrets {
public:
    Secrets() = default;  // none
    /// An empty directory: variables only. `environment` by whole names; others than ECRON_SECRET_ are left.
    Secrets(std::string directory, const std::map<std::string, std::string>& environment);

    /// Errors name the secret, never its value: not_found; denied where its rules do not let it go there.
    [[nodiscard]] Result<SecretText> find(const TenantId& tenant, std::string_view name,
                                          const Destination& to) const;

private:
    struct Found {
        SecretText text;
        std::string rules;  // the file that would hold them; empty: there is no folder
    };
    [[nodiscard]] Result<Found> look_up(const TenantId& tenant, std::string_view name) const;

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
/// comes back. Each is looked up once, however often it is named.
class Revealer {
public:
    Revealer(const Secrets& secrets, const TenantId& tenant, Destination to)
        : secrets_(secrets),
          tenant_(tenant),
          to_(std::move(to)) {}

    /// An unknown secret, or more than kLongestRevealed bytes with all of them: an error.
    Result<std::string> reveal(std::string_view text, Quoting quoting = Quoting::none);
    [[nodiscard]] bool has_revealed() const { return !known_.empty(); }
    /// Each secret that has been put into a text, once in every form in which ecron may have sent it.
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

/// Replaces secrets by *** in a text that comes in pieces, in one pass over the text however many secrets
/// there are.
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
    enum class Text : std::uint8_t { goes_on, ended };
    [[nodiscard]] std::string replace(Text text);
    [[nodiscard]] std::span<const std::uint32_t> candidates(std::string_view here) const;
    [[nodiscard]] std::size_t secret_at(std::string_view here) const;
    [[nodiscard]] bool may_begin_secret(std::string_view here) const;

    std::vector<std::string> secrets_;                                          // the longest first
    std::unordered_map<std::string, std::vector<std::uint32_t>> by_beginning_;  // in the same order
    std::bitset<256> first_bytes_;
    std::string rest_;
};

}  // namespace ecron::execution
