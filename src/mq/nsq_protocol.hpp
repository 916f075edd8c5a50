#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"

/// Encodes and decodes NSQ's protocol V2. Pure: validates everything that arrives from the network. Integers
/// are big-endian. Source: the NSQ project's "TCP Protocol Spec".
namespace ecron::mq::nsq {

enum class FrameType : std::uint8_t { response = 0, error = 1, message = 2 };

struct Frame {
    FrameType type{};
    std::string_view data{};  // a view into the parsed bytes
};

/// Result of parsing: a frame of `size` bytes in total, or, without a frame, the minimum number of bytes that
/// must be available to continue.
struct Parsed {
    std::optional<Frame> frame{};
    std::size_t size{};
};
/// Error: invalid if the bytes are not NSQ or a frame exceeds `limit`.
Result<Parsed> parse_frame(std::string_view bytes, std::size_t limit);

inline constexpr std::size_t kIdSize = 16;

/// A message in a frame.
struct Delivery {
    std::int64_t nanoseconds{};  // when nsqd received it, since the Unix epoch
    unsigned attempts{};         // including this one
    std::string_view id{};
    std::string_view body{};
};
Result<Delivery> parse_delivery(std::string_view data);

/// nsqd's response to IDENTIFY.
struct Hello {
    bool auth_required{false};
    std::int64_t max_ready{2'500};
    Millis message_timeout{60'000};
    std::string version{};
};
Result<Hello> parse_hello(std::string_view json);

/// Returns true if nsqd closes the connection after this error frame; other errors concern a message that has
/// been redelivered.
[[nodiscard]] bool is_fatal(std::string_view error);

/// Commands in wire format.
inline constexpr std::string_view kMagic = "  V2";
struct Introduction {
    std::string client_id{}, user_agent{}, host_name{};
    Millis heartbeat{};
};
std::string identify(const Introduction& introduction);
std::string authenticate(std::string_view secret);
std::string subscribe(std::string_view topic, std::string_view channel);
std::string ready(std::size_t count);
std::string finish(std::string_view id);
std::string requeue(std::string_view id, Millis wait);
std::string touch(std::string_view id);
std::string publish(std::string_view topic, std::string_view body);
std::string publish_many(std::string_view topic, std::span<const std::string_view> bodies);
inline constexpr std::string_view kNothing = "NOP\n";
inline constexpr std::string_view kStopDelivering = "CLS\n";

/// Returns true for a valid topic or channel name of nsqd: up to 64 letters, digits and .-_
[[nodiscard]] bool is_name(std::string_view text);

}  // namespace ecron::mq::nsq
