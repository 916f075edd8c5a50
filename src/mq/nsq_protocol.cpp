#include "mq/nsq_protocol.hpp"

#include <fmt/format.h>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>

#include "ecron/base/json_writer.hpp"

namespace ecron::mq::nsq {
namespace {

constexpr std::size_t kSizeBytes = 4;
constexpr std::size_t kTypeBytes = 4;
constexpr std::size_t kDeliveryHead = 8 + 2 + kIdSize;

template <class T> T big_endian(std::string_view bytes) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = static_cast<T>(static_cast<T>(value << 8U) | static_cast<unsigned char>(bytes[i]));
    return value;
}

void append_size(std::string& out, std::size_t size) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) out += static_cast<char>((size >> shift) & 0xffU);
}

std::string with_body(std::string line, std::string_view body) {
    append_size(line, body.size());
    return line += body;
}

/// Recognizes other protocols by their first bytes.
std::string_view other_protocol(std::string_view bytes) {
    if (bytes.starts_with("HTTP")) return "HTTP";
    if (bytes.starts_with("SSH-")) return "SSH";
    if (bytes.starts_with("\x15\x03") || bytes.starts_with("\x16\x03")) return "TLS";
    return {};
}

}  // namespace

Result<Parsed> parse_frame(std::string_view bytes, std::size_t limit) {
    if (bytes.size() < kSizeBytes) return Parsed{.size = kSizeBytes};
    const auto size = big_endian<std::uint32_t>(bytes);
    if (size < kTypeBytes || size > limit) {
        const std::string_view other = other_protocol(bytes);
        if (!other.empty())
            return fail(Errc::invalid, fmt::format("answers in {}, not as an nsqd does", other));
        return fail(Errc::invalid,
                    fmt::format("sent a frame of {} bytes, which is not how an nsqd speaks", size));
    }
    const std::size_t whole = kSizeBytes + size;
    if (bytes.size() < kSizeBytes + kTypeBytes) return Parsed{.size = kSizeBytes + kTypeBytes};
    const auto type = big_endian<std::uint32_t>(bytes.substr(kSizeBytes));
    if (type > static_cast<std::uint32_t>(FrameType::message))
        return fail(Errc::invalid, fmt::format("sent a frame of the unknown type {}", type));
    if (bytes.size() < whole) return Parsed{.size = whole};
    return Parsed{.frame = Frame{static_cast<FrameType>(type),
                                 bytes.substr(kSizeBytes + kTypeBytes, size - kTypeBytes)},
                  .size = whole};
}

Result<Delivery> parse_delivery(std::string_view data) {
    if (data.size() < kDeliveryHead)
        return fail(Errc::invalid,
                    fmt::format("sent a message of {} bytes, shorter than its head", data.size()));
    return Delivery{.nanoseconds = big_endian<std::int64_t>(data),
                    .attempts = big_endian<std::uint16_t>(data.substr(8)),
                    .id = data.substr(10, kIdSize),
                    .body = data.substr(kDeliveryHead)};
}

Result<Hello> parse_hello(std::string_view text) {
    namespace json = boost::json;
    Hello hello;
    if (text == "OK") return hello;  // an nsqd without feature negotiation
    json::error_code failed;
    const json::value value = json::parse(text, failed);
    const json::object* const object = failed ? nullptr : value.if_object();
    if (object == nullptr) return fail(Errc::invalid, "answered what no nsqd answers to IDENTIFY");
    const auto number = [&](const char* name, std::int64_t otherwise) {
        const json::value* const found = object->if_contains(name);
        return found != nullptr && found->is_int64() ? found->get_int64() : otherwise;
    };
    const json::value* const auth = object->if_contains("auth_required");
    hello.auth_required = auth != nullptr && auth->is_bool() && auth->get_bool();
    hello.max_ready = std::max<std::int64_t>(1, number("max_rdy_count", hello.max_ready));
    hello.message_timeout = Millis{std::clamp<std::int64_t>(
        number("msg_timeout", hello.message_timeout.count()), 1'000, 24LL * 3'600'000)};
    const json::value* const version = object->if_contains("version");
    if (version != nullptr && version->is_string()) hello.version = version->get_string();
    return hello;
}

bool is_fatal(std::string_view error) {
    constexpr std::array<std::string_view, 3> kOfOneMessage{"E_FIN_FAILED", "E_REQ_FAILED", "E_TOUCH_FAILED"};
    return std::ranges::none_of(kOfOneMessage, [&](std::string_view one) { return error.starts_with(one); });
}

std::string identify(const Introduction& introduction) {
    std::string body;
    JsonWriter json{body};
    json.begin_object().member("client_id", introduction.client_id);
    json.member("hostname", introduction.host_name).member("user_agent", introduction.user_agent);
    json.key("feature_negotiation").boolean(true);
    json.member("heartbeat_interval", introduction.heartbeat.count()).end_object();
    return with_body("IDENTIFY\n", body);
}

std::string authenticate(std::string_view secret) { return with_body("AUTH\n", secret); }

std::string subscribe(std::string_view topic, std::string_view channel) {
    return fmt::format("SUB {} {}\n", topic, channel);
}

std::string ready(std::size_t count) { return fmt::format("RDY {}\n", count); }
std::string finish(std::string_view id) { return fmt::format("FIN {}\n", id); }
std::string requeue(std::string_view id, Millis wait) { return fmt::format("REQ {} {}\n", id, wait.count()); }
std::string touch(std::string_view id) { return fmt::format("TOUCH {}\n", id); }

std::string publish(std::string_view topic, std::string_view body) {
    return with_body(fmt::format("PUB {}\n", topic), body);
}

std::string publish_many(std::string_view topic, std::span<const std::string_view> bodies) {
    std::size_t size = 4;
    for (const std::string_view body : bodies) size += 4 + body.size();
    std::string command = fmt::format("MPUB {}\n", topic);
    command.reserve(command.size() + 4 + size);
    append_size(command, size);
    append_size(command, bodies.size());
    for (const std::string_view body : bodies) {
        append_size(command, body.size());
        command += body;
    }
    return command;
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '_' || c == '-';
    });
}

}  // namespace ecron::mq::nsq
