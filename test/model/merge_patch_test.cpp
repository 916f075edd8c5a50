#include "ecron/model/merge_patch.hpp"

#include <catch2/catch.hpp>

using namespace ecron::model;

TEST_CASE("a merge patch is applied as in RFC 7396, appendix A", "[model]") {
    const auto [target, patch, result] = GENERATE(table<std::string, std::string, std::string>({
        {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
        {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
        {R"({"a":"b"})", R"({"a":null})", "{}"},
        {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
        {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
        {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
        {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
        {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
        {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
        {"{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
    }));
    CAPTURE(target, patch);
    CHECK(merge_patch(target, patch) == result);
}

TEST_CASE("a merge patch keeps the order of members and the digits of numbers", "[model]") {
    CHECK(merge_patch(R"({"z":1,"b":2,"a":{"n":1.50,"big":123456789012345678901234567890}})",
                      R"({"b":null,"a":{"small":0.1000000000000000055}})") ==
          R"({"z":1,"a":{"n":1.5,"big":123456789012345678901234567890,"small":0.1000000000000000055}})");
}

TEST_CASE("a merge patch that is not an object is refused with the reason", "[model]") {
    for (const char* patch : {"", "[]", "null", "7", R"("text")", "{", R"({"a":1} 2)"}) {
        CAPTURE(patch);
        const auto refused = merge_patch("{}", patch);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().front().cause == "Invalid parameter");
        CHECK_FALSE(refused.error().front().explanation.empty());
    }
    CHECK_FALSE(merge_patch("[]", "{}"));
    CHECK_FALSE(merge_patch("{}", std::string(1'000, '[') + std::string(1'000, ']')));
}
