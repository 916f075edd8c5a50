#pragma once
#include <map>
#include <memory>

#include "auth/answer_cache.hpp"
#include "ecron/auth/authenticator.hpp"
#include "ecron/base/async.hpp"

namespace ecron::auth {

/// An authenticator whose answers cost something. Each token is looked at once at a time, however many
/// requests bring it; good and bad answers are kept apart, so that a flood of made-up tokens does not push
/// the good ones out.
class CachedAuthenticator : public Authenticator {
public:
    CachedAuthenticator(boost::asio::io_context& io, const Clock& clock, CacheOptions options)
        : io_(io),
          clock_(clock),
          options_(options),
          good_(options.size),
          bad_(options.size) {}

    [[nodiscard]] std::optional<Identity> known(std::string_view token) override;
    boost::asio::awaitable<Result<Identity>> identify(std::string token) override;
    [[nodiscard]] Statistics statistics() const override;

protected:
    struct Found {
        Identity identity{};
        std::optional<Instant> expires{};
    };
    /// Errors: unauthenticated is kept as well; unavailable is not.
    virtual boost::asio::awaitable<Result<Found>> look(std::string token) = 0;
    void asked_issuer() { ++statistics_.asked; }
    [[nodiscard]] boost::asio::io_context& io() const { return io_; }
    [[nodiscard]] const Clock& clock() const { return clock_; }

private:
    struct Good {
        Identity identity;
        SteadyInstant fresh_until;
    };
    struct Flight {
        explicit Flight(boost::asio::io_context& io) : landed(io) {}
        Wakeup landed;
        std::optional<Result<Identity>> answer{};
    };

    boost::asio::awaitable<Result<Identity>> look_once(Digest key, std::string token);
    Result<Identity> take(const Digest& key, Result<Found> found);
    void count(const Result<Identity>& answer);

    boost::asio::io_context& io_;
    const Clock& clock_;
    const CacheOptions options_;
    AnswerCache<Good> good_;  // until the token's own end: what is not fresh serves while the issuer is away
    AnswerCache<Error> bad_;
    std::map<Digest, std::shared_ptr<Flight>> flights_;
    Statistics statistics_;
};

}  // namespace ecron::auth
