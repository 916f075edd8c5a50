#include "ecron/base/json_writer.hpp"

#include <catch2/catch.hpp>

using namespace ecron;

TEST_CASE("commas separate only members and elements", "[base]") {
    std::string out;
    JsonWriter json{out};
    json.begin_object()
        .member("a", "x")
        .key("list")
        .begin_array()
        .number(std::int64_t{1})
        .null()
        .boolean(true);
    json.begin_object()
        .end_object()
        .end_array()
        .member("n", std::int64_t{-7})
        .member_raw("r", "{}")
        .end_object();
    CHECK(out == R"({"a":"x","list":[1,null,true,{}],"n":-7,"r":{}})");
}

TEST_CASE("any bytes become a JSON string", "[base]") {
    const auto [text, json] = GENERATE(table<std::string, std::string>({
        {"plain", R"("plain")"},
        {"a\"b\\c\n\x01", R"("a\"b\\c\n\u0001")"},
        {"caf\xC3\xA9 \xF0\x9F\x98\x80", "\"caf\xC3\xA9 \xF0\x9F\x98\x80\""},
        {"\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                    // overlong
        {"\xED\xA0\x80x", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDx\""},  // surrogate
        {"\xE2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                    // truncated
    }));
    CHECK(json_string(text) == json);
}
