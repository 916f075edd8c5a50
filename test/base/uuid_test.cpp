#include "ecron/base/uuid.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace ecron;

TEST_CASE("a keyed UUID is determined by key, subject and instant", "[base]") {
    const Instant instant = from_unix_millis(0x0123456789AB);
    const std::string id = keyed_uuid("key", "job", instant);
    CHECK(id.size() == 36);
    CHECK(id.substr(0, 13) == "01234567-89ab");
    CHECK(id[14] == '8');
    CHECK(std::string{"89ab"}.contains(id[19]));
    CHECK(id == keyed_uuid("key", "job", instant));
    const std::set<std::string> others{id, keyed_uuid("other", "job", instant),
                                       keyed_uuid("key", "other", instant),
                                       keyed_uuid("key", "job", instant + Millis{1})};
    CHECK(others.size() == 4);
}

TEST_CASE("random UUIDs are version 4 and differ", "[base]") {
    const std::string one = random_uuid(), two = random_uuid();
    CHECK(one != two);
    CHECK(one[14] == '4');
    CHECK(from_hex(to_hex("\x01\xFEz")) == "\x01\xFEz");
}
