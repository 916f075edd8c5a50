#pragma once
#include "ecron/http/client.hpp"
#include "ecron/notify/notifier.hpp"

/// One request: what the receiver of a webhook sees, and what his answer means. Pure.
namespace ecron::notify {

http::ClientRequest webhook_request(const store::Letter& letter, const SigningKeys& keys, Instant now,
                                    const Options& options);

struct Judgement {
    store::Settlement settlement{};
    bool receiver_in_trouble{false};      // it is not about this message alone
    std::optional<Millis> leave_alone{};  // how long the receiver asked for
};
/// `dice` is in [0, 1).
Judgement judge(const store::Letter& letter, const Result<http::ClientResponse>& answer,
                const Options& options, double dice);

}  // namespace ecron::notify
