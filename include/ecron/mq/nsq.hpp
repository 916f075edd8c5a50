#pragma once
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ecron/base/secret.hpp"
#include "ecron/http/client.hpp"
#include "ecron/mq/broker.hpp"

/// NSQ (nsqd 1.x, protocol V2). Publishes to the nsqds that are named, trying the next when one is away, or
/// to those that nsqlookupd knows. Subscribes at every nsqd that nsqlookupd names for a topic, or at those
/// that are named. Source: the NSQ project's "TCP Protocol Spec". TLS and compression are not spoken.
namespace ecron::mq {

struct Address {
    std::string option{};  // that named it; empty: discovered
    std::string host{};
    std::uint16_t port{};
    [[nodiscard]] std::string text() const;
    bool operator==(const Address& other) const { return host == other.host && port == other.port; }
};

struct NsqOptions {
    std::vector<Address> nsqds{};
    std::vector<Address> lookupds{};  // their HTTP side
    std::vector<Address> unsure{};    // one or the other: they are asked which
    SecretText secret{};              // for AUTH; empty: none
    std::string client_id{"ecron"};
    std::string user_agent{"ecron"};
    Millis timeout{5'000};    // to connect, and for each answer
    Millis heartbeat{5'000};  // silence of two and a half of them ends a connection
    Millis lookup_interval{5'000};
    Millis longest_back_off{15'000};
};

/// `client` asks nsqlookupd; it may reach it wherever it is.
std::unique_ptr<Broker> make_nsq_broker(boost::asio::io_context& io, const Clock& clock, http::Client& client,
                                        NsqOptions options);

}  // namespace ecron::mq
