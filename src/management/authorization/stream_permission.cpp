#include "management/authorization/stream_permission.hpp"

namespace ecron::management {
namespace {

constexpr Millis kAskedAgain{1'000};

}  // namespace

StreamPermission::StreamPermission(const Call& call)
    : clock_(call.api.clock),
      authenticator_(call.api.options.authenticator),
      opened_as_(call.caller.identity),
      peer_(call.request.peer),
      for_other_tenant_(call.caller.whose != opened_as_.tenant),
      asked_(call.api.clock.steady()) {
    if (authenticator_ == nullptr) return;
    if (const auto token = auth::token_of(call.request.header("Authorization"))) token_ = *token;
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
