#include "mq/kafka_offsets.hpp"

#include <catch2/catch.hpp>

#include "mq/kafka_client.hpp"

namespace ecron::mq::kafka {

TEST_CASE("commits an offset when all previous messages are acknowledged", "[mq]") {
    Offsets offsets;
    for (const std::int64_t offset : {5, 6, 9, 10}) offsets.begin(offset);  // compacted topics have gaps
    CHECK_FALSE(offsets.settle(6));
    CHECK_FALSE(offsets.settle(10));
    CHECK(offsets.settle(5) == 7);
    CHECK(offsets.open() == 2);
    CHECK_FALSE(offsets.settle(7));  // never delivered
    CHECK(offsets.settle(9) == 11);
    CHECK(offsets.open() == 0);
}

TEST_CASE("statistics report connection, group membership and lag", "[mq]") {
    const auto statistics = parse_statistics(
        R"({"brokers":{"a":{"state":"DOWN"},"b":{"state":"UP"}},"cgrp":{"state":"up","join_state":"steady"},)"
        R"("topics":{"t":{"partitions":{"0":{"consumer_lag":4},"1":{"consumer_lag":-1},"2":{"consumer_lag":5}}}}})");
    REQUIRE(statistics);
    CHECK(statistics->broker_up);
    CHECK(statistics->in_group);
    CHECK(statistics->lag == 9);
    CHECK_FALSE(parse_statistics("{}")->broker_up);
    CHECK_FALSE(parse_statistics("{}")->lag);
    CHECK_FALSE(parse_statistics("?"));
}

}  // namespace ecron::mq::kafka
