#include "auth/cached_authenticator.hpp"

#include <algorithm>

#include "auth/causes.hpp"
#include "ecron/base/log.hpp"

namespace ecron::auth {
namespace {

using std::chrono::microseconds;
constexpr Millis kLongestKept{24 * 3'600'000};
constexpr Millis kAskedAgain{1'000};  // how soon after an issuer did not answer
constexpr Millis kLongestWait{60'000};

}  // namespace

std::optional<Identity> CachedAuthenticator::known(std::string_view token) {
    const SteadyInstant now = clock_.steady();
    const Good* const good = good_.find(sha256(token), now);
    if (good == nullptr || good->fresh_until <= now) return std::nullopt;
    ++statistics_.accepted;
    return good->identity;
}

boost::asio::awaitable<Result<Identity>> CachedAuthenticator::identify(std::string token) {
    const Digest key = sha256(token);
    const SteadyInstant now = clock_.steady();
    if (const Good* const good = good_.find(key, now); good != nullptr && good->fresh_until > now) {
        ++statistics_.accepted;
        co_return good->identity;
    }
    if (const Error* const bad = bad_.find(key, now); bad != nullptr) {
        ++statistics_.refused;
        co_return std::unexpected(*bad);
    }
    Result<Identity> answer = co_await look_once(key, std::move(token));
    count(answer);
    co_return answer;
}

boost::asio::awaitable<Result<Identity>> CachedAuthenticator::look_once(Digest key, std::string token) {
    if (const auto found = flights_.find(key); found != flights_.end()) {
        const std::shared_ptr<Flight> flight = found->second;
        while (!flight->answer) co_await flight->landed.wait(kLongestWait);
        co_return *flight->answer;
    }
    if (flights_.size() >= options_.under_way)
        co_return fail(Errc::unavailable, "too many tokens are being looked at");
    const auto flight = std::make_shared<Flight>(io_);
    flights_.emplace(key, flight);
    Result<Found> found = fail(Errc::unavailable, "the token was not looked at");
    try {
        found = co_await look(std::move(token));
    } catch (const std::exception& error) {
        log::error("token not looked at error={}", error.what());
    }
    if (found && !can_be_tenant(found->identity.tenant.value())) {
        log::warn("token refused: its client_id cannot be a tenant client={:?}",
                  found->identity.tenant.value());
        found = refused(kInvalidToken);
    }
    flight->answer = take(key, std::move(found));
    flights_.erase(key);
    flight->landed.notify();
    co_return *flight->answer;
}

Result<Identity> CachedAuthenticator::take(const Digest& key, Result<Found> found) {
    const SteadyInstant now = clock_.steady();
    if (found) {
        const Millis left = found->expires ? *found->expires - clock_.now() : options_.longest;
        const SteadyInstant fresh = now + std::min(left, options_.longest);
        if (options_.longest > Millis{0})
            good_.keep(key, {found->identity, fresh}, now + std::min(left, kLongestKept), now);
        return std::move(found->identity);
    }
    if (found.error().code == Errc::unauthenticated) {
        bad_.keep(key, found.error(), now + options_.longest, now);
        return std::unexpected(found.error());
    }
    const Good* const stale = good_.find(key, now);
    if (stale == nullptr) return std::unexpected(found.error());
    Good good = *stale;
    const SteadyInstant end = *good_.end_of(key);
    good.fresh_until = std::min(end, now + kAskedAgain);
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
