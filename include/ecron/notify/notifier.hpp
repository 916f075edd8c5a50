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
/// JSON body, signed (Standard Webhooks). 2xx acknowledges it; 410, an invalid URL and a forbidden address
/// dead-letter it. Everything else is retried with back-off, not before the receiver's Retry-After, and
/// dead-lettered when it is `retry_for` old. Redirects are not followed.
///
/// Every node delivers; leases on outbox entries prevent concurrent delivery. Slots are shared by tenant
/// first: each may use as many as it leaves free. A failing receiver gets one request at a time with pauses,
/// and all failing receivers of a tenant together a quarter of the slots (half if there is one tenant).
/// Memory: `limit` messages. Threads: the io_context's.
namespace ecron::notify {

struct Options {
    NodeId node{};
    std::size_t limit{64};  // maximum number of concurrent requests
    Millis connect_timeout{10'000};
    Millis timeout{15'000};  // total time of one request
    Millis retry_for{24LL * 3'600'000};
    enum class Tenants : std::uint8_t { one, many };
    Tenants tenants{Tenants::one};  // many: each tenant may use as many slots as it leaves free
    std::uint64_t seed{0};          // seed of the jitter between tries
};

/// Counters since start, and gauges that are up to some seconds old.
struct Statistics {
    std::uint64_t delivered{}, failed{}, dead{};  // failed: requests without a delivery
    std::size_t under_way{}, waiting{};
    double oldest_seconds{};  // age of the oldest waiting outbox entry
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
    /// Stops leasing outbox entries; requests in progress have `grace` to end. The other entries can be
    /// leased when their leases expire, or as soon as this node restarts.
    boost::asio::awaitable<void> stop(Millis grace);

    [[nodiscard]] Statistics statistics() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace ecron::notify
