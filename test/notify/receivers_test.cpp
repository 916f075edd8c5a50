#include "notify/receivers.hpp"

#include <catch2/catch.hpp>

using namespace ecron;
using namespace ecron::notify;
using Health = Receivers::Health;

namespace {

constexpr SteadyInstant kStart{std::chrono::hours{1}};

/// Concurrent requests to a receiver that all fail at that time.
void fail_at(Receivers& receivers, const std::string& name, SteadyInstant now, std::size_t requests = 1,
             std::optional<Millis> pause = {}) {
    for (std::size_t i = 0; i < requests; ++i) receivers.begin(name);
    for (std::size_t i = 0; i < requests; ++i) receivers.end(name, Health::failing, pause, now);
}

}  // namespace

TEST_CASE("a healthy receiver gets an eighth of the slots", "[notify]") {
    Receivers receivers{64};
    CHECK(receivers.per_receiver() == 8);
    for (int i = 0; i < 3; ++i) receivers.begin("a");
    CHECK(receivers.free() == 61);
    CHECK(receivers.room(kStart) == Receivers::Room{{"a", 5}});
    for (int i = 0; i < 3; ++i) receivers.end("a", Health::good, {}, kStart);
    CHECK(receivers.room(kStart).empty());
    CHECK(receivers.free() == 64);
    CHECK(Receivers{1}.per_receiver() == 1);
}

TEST_CASE("a failing receiver gets one request at a time, with pauses that double up to a minute",
          "[notify]") {
    Receivers receivers{64};
    SteadyInstant now = kStart;
    for (const int seconds : {1, 2, 4, 8, 16, 32, 60, 60}) {
        CAPTURE(seconds);
        fail_at(receivers, "a", now);
        CHECK(receivers.room(now + Seconds{seconds} - Millis{1}) == Receivers::Room{{"a", 0}});
        now += Seconds{seconds};
        CHECK(receivers.room(now) == Receivers::Room{{"a", 1}});
    }
    receivers.begin("a");
    CHECK(receivers.room(now) == Receivers::Room{{"a", 0}});
    receivers.end("a", Health::good, {}, now);
    CHECK(receivers.room(now).empty());
}

TEST_CASE("requests that fail together count as one failure", "[notify]") {
    Receivers receivers{64};
    fail_at(receivers, "a", kStart, 8);
    CHECK(receivers.room(kStart + Seconds{1}) == Receivers::Room{{"a", 1}});
}

TEST_CASE("a receiver is paused for the time that it requests", "[notify]") {
    Receivers receivers{64};
    fail_at(receivers, "a", kStart, 1, Seconds{90});
    CHECK(receivers.room(kStart + Seconds{89}) == Receivers::Room{{"a", 0}});
    CHECK(receivers.room(kStart + Seconds{90}) == Receivers::Room{{"a", 1}});
}

TEST_CASE("all failing receivers together get half of the slots", "[notify]") {
    Receivers receivers{16};
    for (int i = 0; i < 100; ++i) fail_at(receivers, "dead " + std::to_string(i), kStart);
    const SteadyInstant later = kStart + Seconds{10};
    const auto open = [&] {
        std::vector<std::string> names;
        for (const auto& [name, room] : receivers.room(later))
            if (room > 0) names.push_back(name);
        return names;
    };
    const std::vector<std::string> first = open();
    CHECK(first.size() == 8);
    for (const std::string& name : first) receivers.begin(name);
    CHECK(open().empty());
    CHECK(receivers.free() == 8);
    receivers.end(first.front(), Health::failing, {}, later);
    CHECK(open().size() == 1);
}

TEST_CASE("the number of tracked failing receivers is limited", "[notify]") {
    Receivers receivers{64};
    for (std::size_t i = 0; i < Receivers::kMaxFailing + 5; ++i)
        fail_at(receivers, std::to_string(i), kStart + Millis{i});
    CHECK(receivers.room(kStart).size() == Receivers::kMaxFailing);
    CHECK_FALSE(receivers.room(kStart).contains("0"));
    CHECK(receivers.free() == 64);
}

TEST_CASE("failing receivers of one tenant take no slots from another tenant", "[notify]") {
    Receivers receivers{16, 4};
    for (int i = 0; i < 100; ++i) fail_at(receivers, "a http://dead" + std::to_string(i), kStart);
    fail_at(receivers, "b http://flaky", kStart);
    const SteadyInstant later = kStart + Seconds{10};
    std::vector<std::string> open;
    for (const auto& [name, room] : receivers.room(later))
        if (room > 0) open.push_back(name);
    CHECK(open.size() == 5);
    CHECK(open.back() == "b http://flaky");
    for (const std::string& name : open) receivers.begin(name);
    fail_at(receivers, "b http://other", kStart);
    CHECK(receivers.room(later).at("b http://other") == 1);
}
