#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/http/client.hpp"
#include "ecron/notify/keyring.hpp"
#include "ecron/store/outbox.hpp"

/// Delivers webhooks from the outbox, each at least once and those of one execution in order: POST with a
/// JSON body, signed (Standard Webhooks). 2xx ends it; 410, a URL that cannot be asked and an address that
/// may not be reached make it a dead letter; everything else is tried again with back-off, and not before the
/// receiver's Retry-After, until it is `retry_for` old and becomes one. Redirects are not followed.
///
/// Every node delivers; a lease on each letter keeps them apart. Slots are shared by tenant
/// first: each may have as many as it leaves free. A receiver in trouble gets one request at a time with
/// pauses between, and all those of a tenant together a quarter of the slots (half of them if there is one
/// tenant). Memory: `limit` messages. Threads: the io_context's.
namespace ecron::notify {

struct Options {
    NodeId node{};
    std::size_t limit{64};  // requests under way at once
    Millis connect_timeout{10'000};
    Millis timeout{15'000};  // one request, all of it
    Millis retry_for{24LL * 3'600'000};
    enum class Tenants : std::uint8_t { one, many };
    Tenants tenants{Tenants::one};  // many: each may have as many requests under way as it leaves free
    std::uint64_t seed{0};          // of the jitter between tries
};

/// Counters since start, and gauges that are some seconds old.
struct Statistics {
    std::uint64_t delivered{}, failed{}, dead{};  // failed: requests that did not deliver
    std::size_t under_way{}, waiting{};
    double oldest_seconds{};  // the age of the letter that waits longest
};

class Notifier {
public:
    Notifier(boost::asio::io_context& io, const Clock& clock, store::Outbox& outbox, http::Client& client,
             Keyring keyring, Options options);
    ~Notifier();
    Notifier(const Notifier&) = delete;
    Notifier& operator=(const Notifier&) = delete;

    /// Delivers until stop().
    boost::asio::awaitable<void> run();
    /// Takes no more letters; those under way get `grace` to end. The others can be taken when their leases
    /// end, or as soon as this node starts again.
    boost::asio::awaitable<void> stop(Millis grace);

    [[nodiscard]] Statistics statistics() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace ecron::notify
