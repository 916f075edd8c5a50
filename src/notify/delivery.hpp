#pragma once
#include "ecron/http/client.hpp"
#include "ecron/notify/notifier.hpp"

/// A webhook request and the evaluation of the response. Pure.
namespace ecron::notify {

http::ClientRequest webhook_request(const store::OutboxEntry& entry, const SigningKeys& keys, Instant now,
                                    const Options& options);

struct Assessment {
    store::DeliveryResult delivery{};
    bool receiver_failing{false};             // the receiver is failing, not only this message
    std::optional<Millis> requested_pause{};  // pause that the receiver requested
};
/// `uniform` is a uniform random value in [0, 1).
Assessment assess(const store::OutboxEntry& entry, const Result<http::ClientResponse>& response,
                  const Options& options, double uniform);

}  // namespace ecron::notify
