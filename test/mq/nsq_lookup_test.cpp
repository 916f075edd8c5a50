#include "mq/nsq_lookup.hpp"

#include <catch2/catch.hpp>

namespace ecron::mq::nsq {

TEST_CASE("parses the nsqds of a topic in the old and the new format", "[mq]") {
    const std::string producers =
        R"("producers":[{"broadcast_address":"a","tcp_port":4150,"http_port":4151},{"broadcast_address":"b","tcp_port":1}])";
    const std::string body =
        GENERATE_COPY("{" + producers + "}", R"({"status_code":200,"data":{)" + producers + "}}");
    const auto nodes = parse_nodes(200, body);
    REQUIRE(nodes);
    REQUIRE(nodes->size() == 2);
    CHECK((*nodes)[0].address.text() == "a:4150");
    CHECK((*nodes)[0].http_port == 4151);
    CHECK((*nodes)[1].http_port == 0);
}

TEST_CASE("distinguishes an unknown topic from a response of another server", "[mq]") {
    CHECK(parse_nodes(404, R"({"message":"TOPIC_NOT_FOUND"})")->empty());
    CHECK_FALSE(parse_nodes(404, "not found"));
    CHECK_FALSE(parse_nodes(404, R"({"message":"page"})"));
    CHECK_FALSE(parse_nodes(200, "<html>"));
    CHECK_FALSE(parse_nodes(200, "{}"));
    CHECK_FALSE(parse_nodes(500, R"({"producers":[]})"));
    CHECK(
        parse_nodes(
            200,
            R"({"producers":[1,{"broadcast_address":2,"tcp_port":3},{"broadcast_address":"x","tcp_port":70000}]})")
            ->empty());
}

TEST_CASE("the depth of a channel is the total over the topic", "[mq]") {
    CHECK(parse_depth(R"({"topics":[{"channels":[{"depth":3},{"depth":4}]}]})") == 7);
    CHECK(parse_depth(R"({"topics":[]})") == 0);
    CHECK_FALSE(parse_depth("?"));
}

TEST_CASE("an nsqd's /info contains its TCP port, an nsqlookupd's does not", "[mq]") {
    CHECK(parse_tcp_port(R"({"version":"1.3.0","broadcast_address":"a","http_port":80,"tcp_port":81})") ==
          81);
    CHECK(parse_tcp_port(R"({"status_code":200,"data":{"version":"0.3.8","tcp_port":82}})") == 82);
    CHECK(parse_tcp_port(R"({"version":"1.3.0"})") == 0);
    CHECK(parse_tcp_port("<html>") == 0);
}

TEST_CASE("addresses round-trip", "[mq]") {
    CHECK(Address{.host = "fd00::1", .port = 1}.text() == "[fd00::1]:1");
    CHECK(Address{.host = "h", .port = 4150}.text() == "h:4150");
}

}  // namespace ecron::mq::nsq
