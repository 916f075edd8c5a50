#include "auth/cached_authenticator.hpp"

#include <algorithm>

#include "auth/error_causes.hpp"
#include "ecron/base/log.hpp"

namespace ecron::auth {
namespace {

constexpr Millis kLongestKept{24 * 3'600'000};
constexpr Millis kAskedAgain{1'000};  // delay before the issuer is asked again after a failure
constexpr Millis kLongestWait{60'000};
constexpr Millis kLongestBad{
    60'000};  // a refused token may become valid: its nbf passes, or the issuer is restored

}  // namespace

/// The caller by a cached answer; nullopt: the token must be checked first. An answer close to its expiry is
/// renewed in the background.
std::optional<Identity> CachedAuthenticator::fresh(const Digest& key, std::string_view token) {
    const SteadyInstant now = clock_.steady();
    const Good* const good = good_.find(key, now);
    if (good == nullptr || good->fresh_until <= now) return std::nullopt;
    ++statistics_.accepted;
    std::optional<Identity> identity = good->identity;
    const bool renews = good->renew_at <= now && !flights_.contains(key);
    if (renews)
        gate_.spawn("token renewal", renew(key, std::string{token}));  // renewal may replace the answer
    return identity;
}

std::optional<Identity> CachedAuthenticator::known(std::string_view token) {
    return fresh(sha256(token), token);
}

boost::asio::awaitable<Result<Identity>> CachedAuthenticator::identify(std::string token,
                                                                       std::string source) {
    const Digest key = sha256(token);
    if (std::optional<Identity> identity = fresh(key, token)) co_return std::move(*identity);
    if (const Error* const bad = bad_.find(key, clock_.steady()); bad != nullptr) {
        ++statistics_.refused;
        co_return std::unexpected(*bad);
    }
    const bool was_good = good_.find(key, clock_.steady()) != nullptr;
    Result<Identity> answer = co_await look_once(
        key, std::move(token), was_good ? About::renewal : About::unknown, source_of(source));
    count(answer);
    co_return answer;
}

boost::asio::awaitable<void> CachedAuthenticator::renew(Digest key, std::string token) {
    const Result<Identity> answer = co_await look_once(key, std::move(token), About::renewal, {});
    if (!answer) log::debug("failed to renew cached token: error={}", answer.error().what);
}

boost::asio::awaitable<Result<Identity>> CachedAuthenticator::look_once(Digest key, std::string token,
                                                                        About about, std::string source) {
    if (const auto found = flights_.find(key); found != flights_.end()) {
        const std::shared_ptr<Flight> flight = found->second;
        while (!flight->answer) co_await flight->landed.wait(kLongestWait);
        co_return *flight->answer;
    }
    const auto flight = std::make_shared<Flight>(io_);
    flights_.emplace(key, flight);
    Result<Found> found = co_await look_in_turn(std::move(token), about, std::move(source));
    if (found && !can_be_tenant(found->identity.tenant.value())) {
        log::warn("refused token: client_id is not a valid tenant: client={:?}",
                  found->identity.tenant.value());
        found = refused(kInvalidToken);
    }
    flight->answer = take(key, std::move(found));
    flights_.erase(key);
    flight->landed.notify();
    co_return *flight->answer;
}

boost::asio::awaitable<Result<CachedAuthenticator::Found>> CachedAuthenticator::look_in_turn(
    std::string token, About about, std::string source) {
    FairSlots& slots = about == About::renewal ? renewals_ : lookups_;
    const bool admitted = co_await slots.acquire(std::move(source));
    if (!admitted) co_return fail(Errc::unavailable, "too many token checks in progress");
    Result<Found> found = fail(Errc::unavailable, "the token was not checked");
    try {
        found = co_await look(std::move(token));
    } catch (const std::exception& error) {
        log::error("failed to check token: error={}", error.what());
    }
    slots.release();
    co_return found;
}

Result<Identity> CachedAuthenticator::take(const Digest& key, Result<Found> found) {
    const SteadyInstant now = clock_.steady();
    if (found) {
        const Millis left = found->expires ? *found->expires - clock_.now() : options_.longest;
        const Millis fresh = std::min(left, options_.longest);
        if (options_.longest > Millis{0})
            good_.keep(key, {found->identity, now + fresh * 3 / 4, now + fresh},
                       now + std::min(left, kLongestKept), now);
        return std::move(found->identity);
    }
    if (found.error().code == Errc::unauthenticated) {
        good_.forget(key);
        bad_.keep(key, found.error(), now + std::min(options_.longest, kLongestBad), now);
        return std::unexpected(found.error());
    }
    const Good* const stale = good_.find(key, now);
    if (stale == nullptr) return std::unexpected(found.error());
    Good good = *stale;
    const SteadyInstant end = *good_.end_of(key);
    good.fresh_until = std::max(good.fresh_until, std::min(end, now + kAskedAgain));
    good.renew_at = std::min(end, now + kAskedAgain);
    Identity identity = good.identity;
    good_.keep(key, std::move(good), end, now);
    return identity;
}

void CachedAuthenticator::count(const Result<Identity>& answer) {
    if (answer)
        ++statistics_.accepted;
    else if (answer.error().code == Errc::unauthenticated)
        ++statistics_.refused;
    else
        ++statistics_.unknown;
}

Statistics CachedAuthenticator::statistics() const {
    Statistics statistics = statistics_;
    statistics.cached = good_.size() + bad_.size();
    return statistics;
}

}  // namespace ecron::auth
