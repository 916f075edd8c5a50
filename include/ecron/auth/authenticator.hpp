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

/// Authenticates callers by token. Threads: the io_context's. Errors: unauthenticated, with a cause that
/// clients match ("Invalid token", "Token expired", "Empty token"); unavailable if the issuer cannot be
/// reached, so that a valid token is never reported as invalid.
namespace ecron::auth {

struct Statistics {
    std::uint64_t accepted{}, refused{}, unknown{};  // unknown: the issuer could not be asked
    std::uint64_t asked{};                           // requests to the issuer
    std::size_t cached{};
};

class Authenticator {
public:
    virtual ~Authenticator() = default;
    /// The caller of a token with a valid cached answer; nullopt: identify() must be called.
    [[nodiscard]] virtual std::optional<Identity> known(std::string_view token) = 0;
    /// `source` is the client's address: unknown tokens from one address queue behind one another.
    virtual boost::asio::awaitable<Result<Identity>> identify(std::string token, std::string source) = 0;
    /// Reloads data read from files.
    virtual Result<void> reload() { return {}; }
    [[nodiscard]] virtual Statistics statistics() const = 0;
};

struct CacheOptions {
    Millis longest{
        30'000};  // maximum time that an answer is cached, limited by the token's own expiry; 0: not cached
    std::size_t size{10'000};            // cached answers of each kind, valid and invalid
    std::size_t under_way{12};           // concurrent checks of unknown tokens; further ones queue
    std::size_t renewals{4};             // concurrent checks of cached tokens, in addition to those
    std::size_t waiting_per_source{64};  // queue length for unknown tokens per source; above it: unavailable
    std::size_t waiting{4'096};          // queue length for all sources
    Millis patience{5'000};              // maximum wait of an unknown token in the queue; then unavailable
};

/// Static tokens in a file (token_file.hpp), which is read now and by reload().
Result<std::unique_ptr<Authenticator>> make_token_authenticator(std::string file, ScopeMap scopes);

struct HydraOptions {
    std::string admin_url{"http://127.0.0.1:4445"};
    CacheOptions cache{};
    Millis timeout{5'000};
};
/// RFC 7662 introspection at the admin API of Ory Hydra, at /admin/oauth2/introspect (2.x) or
/// /oauth2/introspect (1.x): whichever answers; if a path answers 404 later, the search is repeated. While
/// Hydra is unreachable, cached tokens stay valid until they expire.
std::unique_ptr<Authenticator> make_hydra_authenticator(boost::asio::io_context& io, const Clock& clock,
                                                        http::Client& client, ScopeMap scopes,
                                                        HydraOptions options);

struct JwtOptions {
    std::string issuer{};
    std::vector<std::string>
        audiences{};  // accepted audiences, of which the token must name one; empty: not checked
    std::string keys_url{};
    Millis keys_age{300'000};   // the keys are fetched again after this time
    Millis keys_pause{10'000};  // minimum interval between fetches, even if tokens name unknown keys
    CacheOptions cache{};
    Millis timeout{5'000};
};
/// Verifies signatures locally with the issuer's keys (jwt.hpp). While the issuer is unreachable, the last
/// fetched keys stay in use.
std::unique_ptr<Authenticator> make_jwt_authenticator(boost::asio::io_context& io, const Clock& clock,
                                                      http::Client& client, ScopeMap scopes,
                                                      JwtOptions options);

}  // namespace ecron::auth
