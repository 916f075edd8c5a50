#include "management/authorization/stream_permission.hpp"

namespace ecron::management {
namespace {

constexpr Millis kAskedAgain{1'000};

}  // namespace

StreamPermission::StreamPermission(const ApiRequest& request)
    : clock_(request.api.clock),
      authenticator_(request.api.options.authenticator),
      opened_as_(request.caller.identity),
      peer_(request.http.peer),
      for_other_tenant_(request.caller.visible_tenant != opened_as_.tenant),
      asked_(request.api.clock.steady()) {
    if (authenticator_ == nullptr) return;
    if (const auto token = auth::token_of(request.http.header("Authorization"))) token_ = *token;
}

bool StreamPermission::is_enough(const auth::Identity& identity) const {
    return identity.tenant == opened_as_.tenant && identity.may.has(auth::Permission::read) &&
           (!for_other_tenant_ || identity.may.has(auth::Permission::admin));
}

boost::asio::awaitable<bool> StreamPermission::holds() {
    if (authenticator_ == nullptr) co_return true;
    if (const std::optional<auth::Identity> known = authenticator_->known(token_))
        co_return is_enough(*known);
    if (clock_.steady() - asked_ < kAskedAgain) co_return true;
    asked_ = clock_.steady();
    const Result<auth::Identity> identity = co_await authenticator_->identify(token_, peer_);
    co_return identity ? is_enough(*identity) : identity.error().code != Errc::unauthenticated;
}

}  // namespace ecron::management
