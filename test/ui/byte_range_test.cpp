#include "ui/byte_range.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace ecron::ui;
using Kind = RangeRequest::Kind;

TEST_CASE("a range selects bytes of a representation", "[ui]") {
    const auto [range, kind, part] = GENERATE(table<std::string, Kind, ByteRange>({
        {"bytes=0-0", Kind::part, {0, 0}},
        {"bytes=2-5", Kind::part, {2, 5}},
        {"bytes=2-", Kind::part, {2, 9}},
        {"bytes=9-99999999999999999999999", Kind::part, {9, 9}},
        {"bytes=-3", Kind::part, {7, 9}},
        {"bytes=-100", Kind::part, {0, 9}},
        {"bytes=10-", Kind::unsatisfiable, {}},
        {"bytes=99999999999999999999999-", Kind::unsatisfiable, {}},
        {"bytes=-0", Kind::unsatisfiable, {}},
    }));
    CAPTURE(range);
    const RangeRequest read = read_range(range, 10);
    CHECK(read.kind == kind);
    CHECK(read.part == part);
}

TEST_CASE("other ranges are ignored", "[ui]") {
    const std::string range =
        GENERATE("", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=1-x", "bytes=0-1,4-5",
                 "bytes= 0-1", "items=0-1", "bytes=+1-2", "bytes=--1");
    CAPTURE(range);
    CHECK(read_range(range, 10).kind == Kind::whole);
}

TEST_CASE("nothing can be selected in an empty representation", "[ui]") {
    CHECK(read_range("bytes=0-", 0).kind == Kind::unsatisfiable);
    CHECK(read_range("bytes=-1", 0).kind == Kind::unsatisfiable);
}
