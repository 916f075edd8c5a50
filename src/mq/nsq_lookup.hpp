#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "ecron/mq/nsq.hpp"

/// HTTP responses of nsqlookupd and nsqd. Pure.
namespace ecron::mq::nsq {

struct Node {
    Address address{};
    std::uint16_t http_port{};
};

/// Parses a response to /lookup?topic= or /nodes of versions 1.x and earlier. Returns nullopt if it is not a
/// response of nsqlookupd.
std::optional<std::vector<Node>> parse_nodes(unsigned status, std::string_view body);

/// Returns the TCP port from a response to /info of versions 1.x and earlier; 0 if it is not a response of an
/// nsqd. An nsqlookupd responds with only its version.
[[nodiscard]] std::uint16_t parse_tcp_port(std::string_view body);

/// Returns the number of messages waiting for a channel, from nsqd's response to
/// /stats?format=json&topic=&channel=; nullopt if it is not such a response.
std::optional<std::uint64_t> parse_depth(std::string_view body);

}  // namespace ecron::mq::nsq
