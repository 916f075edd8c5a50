#include "ecron/model/json_text.hpp"

#include <boost/json/value.hpp>
#include <catch2/catch.hpp>

using namespace ecron;
using namespace ecron::model;

TEST_CASE("a number is written in plain notation", "[model][json]") {
    const auto [given, plain] = GENERATE(table<std::string, std::string>({
        {"1.5", "1.5"},
        {"0.1", "0.1"},
        {"100.0", "100"},
        {"99.99", "99.99"},
        {"1E2", "100"},
        {"1.50e1", "15"},
        {"1.25e-3", "0.00125"},
        {"-2.5E+1", "-25"},
        {"0e5", "0"},
        {"-0", "-0"},
        {"-0.0", "-0"},
        {"9007199254740993", "9007199254740993"},
        {"123456789012345678901234567890", "123456789012345678901234567890"},
        {"0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"},
        {"1e400", "1e400"},
        {"-1e-400", "-1e-400"},
        {"1e99999999999999999999", "1e99999999999999999999"},
        {"1e-20", "0.00000000000000000001"},
        {"no number", "no number"},
    }));
    CHECK(plain_number(given) == plain);
}

TEST_CASE("parsing and writing JSON keeps every number", "[model][json]") {
    const auto [given, written] = GENERATE(table<std::string, std::string>({
        {R"({"a":1.5,"b":0.1,"c":100.0,"e":3,"price":99.99})",
         R"({"a":1.5,"b":0.1,"c":100,"e":3,"price":99.99})"},
        {R"([18446744073709551615, 18446744073709551616, -9223372036854775809, 1e400, -0])",
         "[18446744073709551615,18446744073709551616,-9223372036854775809,1e400,-0]"},
        {R"({"1.50":"1.50","true":[true,false,null],"\"1.5":1.50})",
         R"({"1.50":"1.50","true":[true,false,null],"\"1.5":1.5})"},
        {"2.50", "2.5"},
    }));
    const auto value = parse_json(given);
    REQUIRE(value);
    CHECK(write_json(*value) == written);
}

TEST_CASE("a string that looks like a kept number is written as a number only if it is one",
          "[model][json]") {
    const auto value = parse_json(R"(["\u0000number 1,\"namespace\":\"other\"", "\u0000number 1.5"])");
    REQUIRE(value);
    CHECK_FALSE(is_kept_number(value->get_array()[0]));
    CHECK(write_json(*value) == R"(["\u0000number 1,\"namespace\":\"other\"",1.5])");
}

TEST_CASE("rejects text that is not JSON, whatever its numbers", "[model][json]") {
    for (const char* text :
         {"1.5.5", "[01]", "[1.]", "[.5]", "[-]", "[1e]", "[+1]", "{1.5:1}", "{1.5 :1}", "", "\"", "[1.5"})
        CHECK_FALSE(parse_json(text));
}

TEST_CASE("writes doubles in plain notation", "[model][json]") {
    CHECK(write_json(boost::json::value(0.1)) == "0.1");
    CHECK(write_json(boost::json::value(1e2)) == "100");
    CHECK(write_json(boost::json::value(1e21)) == "1000000000000000000000");
    CHECK(write_json(boost::json::value(std::numeric_limits<double>::infinity())) == "1e999");
}
