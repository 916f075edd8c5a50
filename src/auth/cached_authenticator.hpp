#pragma once
#include <map>
#include <memory>

#include "auth/answer_cache.hpp"
#include "auth/fair_slots.hpp"
#include "ecron/auth/authenticator.hpp"
#include "ecron/base/async.hpp"

namespace ecron::auth {

/// An authenticator that caches expensive answers. Concurrent requests with the same token share one check. A
/// flood of invalid tokens does not affect cached ones: valid and invalid answers are kept apart; a valid
/// answer in use is renewed in the background before it expires, in separate slots; unknown tokens wait for
/// slots fairly by client address.
class CachedAuthenticator : public Authenticator {
public:
    CachedAuthenticator(boost::asio::io_context& io, const Clock& clock, CacheOptions options)
        : io_(io),
          clock_(clock),
          options_(options),
          good_(options.size),
          bad_(options.size),
          lookups_(io, {options.under_way, options.waiting_per_source, options.waiting, options.patience}),
          renewals_(io, {options.renewals, options.size, options.size, options.patience}),
          gate_(io) {}

    [[nodiscard]] std::optional<Identity> known(std::string_view token) override;
    boost::asio::awaitable<Result<Identity>> identify(std::string token, std::string source) override;
    [[nodiscard]] Statistics statistics() const override;

protected:
    struct Found {
        Identity identity{};
        std::optional<Instant> expires{};
    };
    /// Errors: unauthenticated is cached too; unavailable is not.
    virtual boost::asio::awaitable<Result<Found>> look(std::string token) = 0;
    void asked_issuer() { ++statistics_.asked; }
    [[nodiscard]] boost::asio::io_context& io() const { return io_; }
    [[nodiscard]] const Clock& clock() const { return clock_; }

private:
    struct Good {
        Identity identity;
        SteadyInstant renew_at;  // when used after this time, renewed in the background while it stays valid
        SteadyInstant fresh_until;
    };
    struct Flight {
        explicit Flight(boost::asio::io_context& io) : landed(io) {}
        Wakeup landed;
        std::optional<Result<Identity>> answer{};
    };

    /// The two kinds of questions to the issuer, each with its own slots.
    enum class About : std::uint8_t { unknown, renewal };

    boost::asio::awaitable<Result<Identity>> look_once(Digest key, std::string token, About about,
                                                       std::string source);
    boost::asio::awaitable<Result<Found>> look_in_turn(std::string token, About about, std::string source);
    boost::asio::awaitable<void> renew(Digest key, std::string token);
    std::optional<Identity> fresh(const Digest& key, std::string_view token);
    Result<Identity> take(const Digest& key, Result<Found> found);
    void count(const Result<Identity>& answer);

    boost::asio::io_context& io_;
    const Clock& clock_;
    const CacheOptions options_;
    AnswerCache<Good>
        good_;  // until the token's own expiry: stale answers are used while the issuer is unreachable
    AnswerCache<Error> bad_;
    std::map<Digest, std::shared_ptr<Flight>> flights_;
    FairSlots lookups_, renewals_;
    Gate gate_;
    Statistics statistics_;
};

}  // namespace ecron::auth
