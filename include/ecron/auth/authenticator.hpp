#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/auth/identity.hpp"
#include "ecron/base/time.hpp"

namespace ecron::http {
class Client;
}

/// Finds out who is calling. Threads: the io_context's. Errors: unauthenticated, its text the cause that
/// clients match ("Invalid token", "Token expired", "Empty token"); unavailable where who could tell is away,
/// so that a good token is never called bad.
namespace ecron::auth {

struct Statistics {
    std::uint64_t accepted{}, refused{}, unknown{};  // unknown: nobody could tell
    std::uint64_t asked{};                           // requests to the issuer
    std::size_t cached{};
};

class Authenticator {
public:
    virtual ~Authenticator() = default;
    /// The caller whose token was looked at lately; nothing: ask identify().
    [[nodiscard]] virtual std::optional<Identity> known(std::string_view token) = 0;
    /// `source` is the address of the client: unknown tokens of one address wait for one another first.
    virtual boost::asio::awaitable<Result<Identity>> identify(std::string token, std::string source) = 0;
    /// Reads again what may have changed in files.
    virtual Result<void> reload() { return {}; }
    [[nodiscard]] virtual Statistics statistics() const = 0;
};

struct CacheOptions {
    Millis longest{30'000};     // that an answer is believed, and never beyond the token's own end; 0: never
    std::size_t size{10'000};   // answers kept of either kind, good and bad
    std::size_t under_way{12};  // questions about unknown tokens at once; further ones wait their turn
    std::size_t renewals{4};    // questions about cached tokens at once, beside those
    std::size_t waiting_per_source{64};  // unknown tokens of one source that wait; over it: unavailable
    std::size_t waiting{4'096};          // of all sources
    Millis patience{5'000};              // how long an unknown token waits for its turn; then unavailable
};

/// Static tokens in a file (token_file.hpp), which is read now and by reload().
Result<std::unique_ptr<Authenticator>> make_token_authenticator(std::string file, ScopeMap scopes);

struct HydraOptions {
    std::string admin_url{"http://127.0.0.1:4445"};
    CacheOptions cache{};
    Millis timeout{5'000};
};
/// RFC 7662 against the administration side of Ory Hydra, at /admin/oauth2/introspect (2.x) or
/// /oauth2/introspect (1.x): whichever answers; a path that answers 404 later is looked for anew. While Hydra
/// is away, tokens that are cached are believed until they end.
std::unique_ptr<Authenticator> make_hydra_authenticator(boost::asio::io_context& io, const Clock& clock,
                                                        http::Client& client, ScopeMap scopes,
                                                        HydraOptions options);

struct JwtOptions {
    std::string issuer{};
    std::vector<std::string> audiences{};  // the token must name one; empty: none is asked for
    std::string keys_url{};
    Millis keys_age{300'000};   // after which the keys are fetched again
    Millis keys_pause{10'000};  // between two fetches, whatever unknown key is named
    CacheOptions cache{};
    Millis timeout{5'000};
};
/// Checks signatures itself, by the issuer's keys (jwt.hpp). While the issuer is away, the keys that were
/// fetched last hold.
std::unique_ptr<Authenticator> make_jwt_authenticator(boost::asio::io_context& io, const Clock& clock,
                                                      http::Client& client, ScopeMap scopes,
                                                      JwtOptions options);

}  // namespace ecron::auth
