#pragma once
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ecron/base/secret.hpp"
#include "ecron/http/client.hpp"
#include "ecron/mq/broker.hpp"

/// NSQ (nsqd 1.x, protocol V2). Publishes to the configured nsqds, with failover to the next, or to those
/// that nsqlookupd lists. Subscribes at every nsqd that nsqlookupd lists for a topic, or at the configured
/// ones. Source: the NSQ project's "TCP Protocol Spec". TLS and compression are not supported.
namespace ecron::mq {

struct Address {
    std::string option{};  // the option with the address; empty: discovered
    std::string host{};
    std::uint16_t port{};
    [[nodiscard]] std::string text() const;
    bool operator==(const Address& other) const { return host == other.host && port == other.port; }
};

struct NsqOptions {
    std::vector<Address> nsqds{};
    std::vector<Address> lookupds{};  // their HTTP addresses
    std::vector<Address> unsure{};    // nsqd or nsqlookupd: detected at run time
    SecretText secret{};              // for AUTH; empty: none
    std::string client_id{"ecron"};
    std::string user_agent{"ecron"};
    Millis timeout{5'000};    // for connecting and for each response
    Millis heartbeat{5'000};  // a connection is closed after two and a half intervals of silence
    Millis lookup_interval{5'000};
    Millis longest_back_off{15'000};
};

/// `client` sends requests to nsqlookupd and must permit its addresses.
std::unique_ptr<Broker> make_nsq_broker(boost::asio::io_context& io, const Clock& clock, http::Client& client,
                                        NsqOptions options);

}  // namespace ecron::mq
