#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "ecron/mq/nsq.hpp"

/// What nsqlookupd and nsqd say over HTTP. Pure.
namespace ecron::mq::nsq {

struct Node {
    Address address{};
    std::uint16_t http_port{};
};

/// The answer to /lookup?topic= or /nodes, of 1.x or before. Nothing: that is no answer of nsqlookupd.
std::optional<std::vector<Node>> parse_nodes(unsigned status, std::string_view body);

/// The TCP port of the nsqd that answered to /info, of 1.x or before; 0: that is no answer of an nsqd. An
/// nsqlookupd answers with its version alone.
[[nodiscard]] std::uint16_t parse_tcp_port(std::string_view body);

/// Messages that wait for a channel, of the answer to nsqd's /stats?format=json&topic=&channel=.
std::optional<std::uint64_t> parse_depth(std::string_view body);

}  // namespace ecron::mq::nsq
