#pragma once
#include <map>
#include <memory>

#include "auth/answer_cache.hpp"
#include "auth/turns.hpp"
#include "ecron/auth/authenticator.hpp"
#include "ecron/base/async.hpp"

namespace ecron::auth {

/// An authenticator whose answers cost something. Each token is looked at once at a time, however many
/// requests bring it. A flood of made-up tokens does not harm cached ones: good and bad answers are kept
/// apart; a good answer that is used is renewed in the background before it ends, in slots of its own;
/// unknown tokens wait for theirs in turns by the address of the client.
class CachedAuthenticator : public Authenticator {
public:
    CachedAuthenticator(boost::asio::io_context& io, const Clock& clock, CacheOptions options)
        : io_(io),
          clock_(clock),
          options_(options),
          good_(options.size),
          bad_(options.size),
          strangers_(io, {options.under_way, options.waiting_per_source, options.waiting, options.patience}),
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
    /// Errors: unauthenticated is kept as well; unavailable is not.
    virtual boost::asio::awaitable<Result<Found>> look(std::string token) = 0;
    void asked_issuer() { ++statistics_.asked; }
    [[nodiscard]] boost::asio::io_context& io() const { return io_; }
    [[nodiscard]] const Clock& clock() const { return clock_; }

private:
    struct Good {
        Identity identity;
        SteadyInstant renew_at;  // used after that, it is looked at again while it serves
        SteadyInstant fresh_until;
    };
    struct Flight {
        explicit Flight(boost::asio::io_context& io) : landed(io) {}
        Wakeup landed;
        std::optional<Result<Identity>> answer{};
    };

    /// The two kinds of questions to the issuer, and whose slots they take.
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
    AnswerCache<Good> good_;  // until the token's own end: what is not fresh serves while the issuer is away
    AnswerCache<Error> bad_;
    std::map<Digest, std::shared_ptr<Flight>> flights_;
    Turns strangers_, renewals_;
    Gate gate_;
    Statistics statistics_;
};

}  // namespace ecron::auth
