#include "mq/nsq_protocol.hpp"

#include <catch2/catch.hpp>

namespace ecron::mq::nsq {
namespace {

std::string big(std::uint32_t value) {
    std::string text;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) text += static_cast<char>((value >> shift) & 0xffU);
    return text;
}

std::string frame(std::uint32_t type, const std::string& data) {
    return big(static_cast<std::uint32_t>(data.size() + 4)) + big(type) + data;
}

constexpr std::size_t kLimit = 1'000;

}  // namespace

TEST_CASE("parses a frame from any fragmentation", "[mq]") {
    const std::string bytes = frame(0, "OK") + frame(1, "E_INVALID no") + frame(2, std::string(50, '\x01'));
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        std::string_view there = std::string_view{bytes}.substr(0, cut);
        std::vector<std::string> found;
        for (;;) {
            const auto parsed = parse_frame(there, kLimit);
            REQUIRE(parsed);
            if (!parsed->frame) {
                CHECK(parsed->size > there.size());  // more than available is required
                break;
            }
            found.emplace_back(parsed->frame->data);
            there.remove_prefix(parsed->size);
        }
        const std::size_t whole = cut >= bytes.size() ? 3U : cut >= 10 + 20 ? 2U : cut >= 10 ? 1U : 0U;
        CAPTURE(cut);
        CHECK(found.size() == whole);
    }
}

TEST_CASE("rejects other protocols and names them", "[mq]") {
    const auto [bytes, reason] = GENERATE(table<std::string, std::string>({
        {big(2) + big(0), "sent a frame of 2 bytes, which is not how an nsqd speaks"},
        {big(0), "sent a frame of 0 bytes, which is not how an nsqd speaks"},
        {big(0xffffffffU), "sent a frame of 4294967295 bytes, which is not how an nsqd speaks"},
        {big(1'001), "sent a frame of 1001 bytes, which is not how an nsqd speaks"},
        {big(8) + big(3), "sent a frame of the unknown type 3"},
        {"HTTP/1.1 400 Bad Request\r\n", "answers in HTTP, not as an nsqd does"},
        {"SSH-2.0-OpenSSH", "answers in SSH, not as an nsqd does"},
    }));
    const auto parsed = parse_frame(bytes, kLimit);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().what == reason);
}

TEST_CASE("a message has time, attempts, id and body", "[mq]") {
    const std::string data =
        big(0x01020304U) + big(0x05060708U) + std::string{"\x01\x02", 2} + "0123456789abcdef" + "body";
    const auto delivery = parse_delivery(data);
    REQUIRE(delivery);
    CHECK(delivery->nanoseconds == 0x0102030405060708);
    CHECK(delivery->attempts == 0x0102);
    CHECK(delivery->id == "0123456789abcdef");
    CHECK(delivery->body == "body");
    CHECK(parse_delivery(data.substr(0, 26))->body.empty());
    CHECK_FALSE(parse_delivery(data.substr(0, 25)));
}

TEST_CASE("limits the values in nsqd's IDENTIFY response", "[mq]") {
    const auto hello =
        parse_hello(R"({"max_rdy_count":100,"version":"1.3.0","msg_timeout":30000,"auth_required":true})");
    REQUIRE(hello);
    CHECK(hello->auth_required);
    CHECK(hello->max_ready == 100);
    CHECK(hello->message_timeout == Seconds{30});
    CHECK(parse_hello("OK"));  // without feature negotiation
    CHECK(parse_hello(R"({"msg_timeout":-5})")->message_timeout == Seconds{1});
    CHECK_FALSE(parse_hello("<html>"));
    CHECK_FALSE(parse_hello("[]"));
}

TEST_CASE("encodes commands in nsqd's format", "[mq]") {
    CHECK(subscribe("t", "c") == "SUB t c\n");
    CHECK(ready(7) == "RDY 7\n");
    CHECK(finish("0123456789abcdef") == "FIN 0123456789abcdef\n");
    CHECK(requeue("0123456789abcdef", Millis{250}) == "REQ 0123456789abcdef 250\n");
    CHECK(touch("0123456789abcdef") == "TOUCH 0123456789abcdef\n");
    CHECK(publish("t", "body") == "PUB t\n" + big(4) + "body");
    const std::vector<std::string_view> two{"a", "bc"};
    CHECK(publish_many("t", two) ==
          "MPUB t\n" + big(4 + 4 + 1 + 4 + 2) + big(2) + big(1) + "a" + big(2) + "bc");
    CHECK(authenticate("secret") == "AUTH\n" + big(6) + "secret");
    const std::string hello =
        identify({.client_id = "n1", .user_agent = "ecron/1", .host_name = "h", .heartbeat = Millis{500}});
    CHECK(hello.starts_with("IDENTIFY\n"));
    CHECK(hello.ends_with(R"("feature_negotiation":true,"heartbeat_interval":500})"));
}

TEST_CASE("an error about one message does not close the connection", "[mq]") {
    CHECK_FALSE(is_fatal("E_FIN_FAILED FIN 0123 failed ID not in flight"));
    CHECK_FALSE(is_fatal("E_TOUCH_FAILED"));
    CHECK(is_fatal("E_BAD_TOPIC"));
    CHECK(is_fatal(""));
}

}  // namespace ecron::mq::nsq
