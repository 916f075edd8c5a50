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

/// The bytes of NSQ's protocol V2, in and out. Pure: whatever comes over the wire is judged here. Integers
/// are big-endian. Source: the NSQ project's "TCP Protocol Spec".
namespace ecron::mq::nsq {

enum class FrameType : std::uint8_t { response = 0, error = 1, message = 2 };

struct Frame {
    FrameType type{};
    std::string_view data{};  // into the bytes that were parsed
};

/// What bytes begin with: a frame of `size` bytes in all, or (no frame) the beginning of one, of which at
/// least `size` bytes are needed to tell more.
struct Parsed {
    std::optional<Frame> frame{};
    std::size_t size{};
};
/// Errors: invalid, where this cannot be NSQ, or a frame is longer than `limit`.
Result<Parsed> parse_frame(std::string_view bytes, std::size_t limit);

inline constexpr std::size_t kIdSize = 16;

/// A message as a frame carries it.
struct Delivery {
    std::int64_t nanoseconds{};  // when nsqd took it, since the epoch
    unsigned attempts{};         // this one included
    std::string_view id{};
    std::string_view body{};
};
Result<Delivery> parse_delivery(std::string_view data);

/// What nsqd says of itself when it is told who we are.
struct Hello {
    bool auth_required{false};
    std::int64_t most_ready{2'500};
    Millis message_timeout{60'000};
    std::string version{};
};
Result<Hello> parse_hello(std::string_view json);

/// An error frame that nsqd closes the connection after; the others are about one message that went
/// elsewhere.
[[nodiscard]] bool is_fatal(std::string_view error);

/// Commands as they are sent.
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

/// Letters, digits and .-_ up to 64 of them, as nsqd has it for topics and channels.
[[nodiscard]] bool is_name(std::string_view text);

}  // namespace ecron::mq::nsq
