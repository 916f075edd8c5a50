#include <fmt/format.h>

#include "auth/cached_authenticator.hpp"
#include "auth/error_causes.hpp"
#include "ecron/auth/jwt.hpp"
#include "ecron/base/http_url.hpp"
#include "ecron/base/log.hpp"
#include "ecron/http/client.hpp"

namespace ecron::auth {
namespace {

constexpr std::size_t kLongestDocument = 256UL * 1024;

class JwtAuthenticator final : public CachedAuthenticator {
public:
    JwtAuthenticator(boost::asio::io_context& io, const Clock& clock, http::Client& client, ScopeMap scopes,
                     JwtOptions options)
        : CachedAuthenticator(io, clock, options.cache),
          client_(client),
          scopes_(std::move(scopes)),
          options_(std::move(options)),
          expectations_{options_.issuer, options_.audiences},
          fetched_(io) {}

private:
    boost::asio::awaitable<Result<Found>> look(std::string token) override {
        const std::uint64_t tries = tries_;
        if (age() >= options_.keys_age) co_await refresh();
        if (!fetched_at_) co_return fail(Errc::unavailable, "the issuer's keys have not been fetched");
        auto claims = verify(token, keys_, expectations_, clock().now());
        if (!claims && claims.error() == Fault::unknown_key) {
            // The issuer may have a new key. A token is reported (and remembered) as invalid only if keys
            // requested after its arrival do not contain its key either.
            co_await refresh();
            claims = verify(token, keys_, expectations_, clock().now());
            const bool is_known_to_lack = !last_failed_ && fetched_try_ > tries;
            if (!claims && claims.error() == Fault::unknown_key && !is_known_to_lack)
                co_return fail(Errc::unavailable, "the issuer's keys may have changed");
        }
        if (!claims) co_return refused(claims.error() == Fault::expired ? kTokenExpired : kInvalidToken);
        co_return Found{.identity = {.tenant = TenantId{claims->client},
                                     .subject = claims->subject,
                                     .may = scopes_.permissions(claims->scope)},
                        .expires = claims->expires};
    }

    [[nodiscard]] Millis age() const {
        return fetched_at_ ? std::chrono::floor<Millis>(clock().steady() - *fetched_at_) : Millis::max();
    }

    /// Fetches the keys, at most once per keys_pause; concurrent callers wait for the same fetch.
    boost::asio::awaitable<void> refresh() {
        if (fetching_) {
            while (fetching_) co_await fetched_.wait(options_.timeout);
            co_return;
        }
        if (tried_at_ && clock().steady() - *tried_at_ < options_.keys_pause) co_return;
        tried_at_ = clock().steady();
        fetching_ = true;
        const std::uint64_t tried = ++tries_;
        asked_issuer();
        Result<KeySet> keys = co_await fetch();
        fetching_ = false;
        last_failed_ = !keys;
        if (keys) {
            keys_ = std::move(*keys);
            fetched_at_ = clock().steady();
            fetched_try_ = tried;
        } else {
            log::warn("failed to fetch keys of the issuer: url={} error={}",
                      url_for_record(options_.keys_url), keys.error().what);
        }
        fetched_.notify();
    }

    boost::asio::awaitable<Result<KeySet>> fetch() {
        const Result<http::ClientResponse> answer =
            co_await client_.send({.url = options_.keys_url,
                                   .headers = {{"Accept", "application/json"}},
                                   .connect_timeout = options_.timeout,
                                   .timeout = options_.timeout,
                                   .max_redirects = 0,
                                   .unanswered = http::ClientRequest::Unanswered::again,
                                   .body_limit = kLongestDocument});
        if (!answer) co_return std::unexpected(answer.error());
        if (answer->status != 200)
            co_return fail(Errc::unavailable, fmt::format("status {}", answer->status));
        Result<KeySet> keys = KeySet::read(answer->body);
        if (keys && keys->size() == 0) co_return fail(Errc::invalid, "no usable key in the key set");
        co_return keys;
    }

    http::Client& client_;
    const ScopeMap scopes_;
    const JwtOptions options_;
    const Expectations expectations_;
    KeySet keys_;
    std::optional<SteadyInstant> fetched_at_, tried_at_;
    std::uint64_t tries_{0},
        fetched_try_{0};  // number of key requests, and the one that returned the current keys
    bool fetching_{false}, last_failed_{false};
    Wakeup fetched_;
};

}  // namespace

std::unique_ptr<Authenticator> make_jwt_authenticator(boost::asio::io_context& io, const Clock& clock,
                                                      http::Client& client, ScopeMap scopes,
                                                      JwtOptions options) {
    return std::make_unique<JwtAuthenticator>(io, clock, client, std::move(scopes), std::move(options));
}

}  // namespace ecron::auth
