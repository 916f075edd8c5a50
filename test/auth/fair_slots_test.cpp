#include "auth/fair_slots.hpp"

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace ecron;
using namespace ecron::auth;

namespace {

/// Work that holds its slot until release().
struct Turnstile {
    explicit Turnstile(FairSlots::Limits limits) : slots(io, limits) {}

    boost::asio::io_context io;
    FairSlots slots;
    std::vector<std::string> admitted, refused;

    void arrives(const std::string& name, const std::string& source) {
        boost::asio::co_spawn(io, slots.acquire(source),
                              [this, name](const std::exception_ptr&, bool is_admitted) {
                                  (is_admitted ? admitted : refused).push_back(name);
                              });
        settle();
    }
    void release() {
        slots.release();
        settle();
    }
    void settle() {
        io.restart();
        io.poll();
    }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("waiting addresses are served round-robin, each in order", "[auth]") {
    Turnstile turnstile{{.slots = 1, .waiting_per_source = 9, .waiting = 9, .patience = Millis{60'000}}};
    for (const char* name : {"a1", "a2", "a3", "a4"}) turnstile.arrives(name, "a");
    for (const char* name : {"b1", "b2"}) turnstile.arrives(name, "b");
    for (int i = 0; i < 5; ++i) turnstile.release();
    CHECK(turnstile.admitted == Names{"a1", "a2", "b1", "a3", "b2", "a4"});
    turnstile.release();
    CHECK(turnstile.slots.used() == 0);
    CHECK(turnstile.slots.waiting() == 0);
}

TEST_CASE("waiters per address are limited, and are displaced when the queue is full", "[auth]") {
    Turnstile turnstile{{.slots = 1, .waiting_per_source = 3, .waiting = 4, .patience = Millis{60'000}}};
    for (const char* name : {"a0", "a1", "a2", "a3", "a4"}) turnstile.arrives(name, "a");
    CHECK(turnstile.refused == Names{"a4"});
    turnstile.arrives("b1", "b");
    turnstile.arrives("c1", "c");
    CHECK(turnstile.refused == Names{"a4", "a3"});
    turnstile.arrives("d1", "d");
    CHECK(turnstile.refused == Names{"a4", "a3", "a2"});
    turnstile.arrives("e1", "e");  // every source has one
    CHECK(turnstile.refused == Names{"a4", "a3", "a2", "e1"});
    CHECK(turnstile.slots.waiting() == 4);
}

TEST_CASE("a waiter that times out is refused and takes no slot", "[auth]") {
    Turnstile turnstile{{.slots = 1, .waiting_per_source = 3, .waiting = 4, .patience = Millis{1}}};
    turnstile.arrives("a0", "a");
    turnstile.arrives("a1", "a");
    while (turnstile.refused.empty()) {
        turnstile.io.restart();
        turnstile.io.run_one();
    }
    CHECK(turnstile.refused == Names{"a1"});
    turnstile.release();
    CHECK(turnstile.slots.used() == 0);
}

TEST_CASE("all addresses of an IPv6 /64 network are one source", "[auth]") {
    CHECK(source_of("2001:db8:1:2:3:4:5:6") == source_of("2001:db8:1:2::1"));
    CHECK(source_of("2001:db8:1:2::1") != source_of("2001:db8:1:3::1"));
    CHECK(source_of("::ffff:192.0.2.1") == "192.0.2.1");
    CHECK(source_of("192.0.2.1") != source_of("192.0.2.2"));
}
