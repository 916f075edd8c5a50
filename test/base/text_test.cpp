#include "ecron/base/text.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace ecron;

TEST_CASE("a name has no leading or trailing white space and no control characters", "[base]") {
    using namespace std::string_view_literals;
    for (const std::string_view good :
         {"", "acme", "a b", "acmé", "任务", "it's \"quoted\" \\", "a\u3000b", "\u00C9"}) {
        CAPTURE(good);
        CHECK(name_fault(good).empty());
    }
    for (const std::string_view bad :
         {" a"sv, "a "sv, " "sv, "a\u00A0"sv, "\u3000a"sv, "a\uFEFF"sv, "a\u2009"sv}) {
        CAPTURE(bad);
        CHECK(name_fault(bad) == "must not begin or end with white space");
    }
    for (const std::string_view bad : {"a\tb"sv, "a\n"sv, "\0"sv, "a\x7F"sv, "a\u0085"sv, "\u009Fa"sv}) {
        CAPTURE(bad);
        CHECK(name_fault(bad) == "must not contain control characters");
    }
}

TEST_CASE("lower_case converts only ASCII letters", "[base]") {
    CHECK(lower_case("AZaz09-_\u00C9") == "azaz09-_\u00C9");
}
