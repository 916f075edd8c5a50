#include "ecron/base/utf8.hpp"

#include <catch2/catch.hpp>

using namespace ecron;

TEST_CASE("replaces only bytes that are not UTF-8 with U+FFFD", "[base]") {
    const auto [given, stored] = GENERATE(table<std::string, std::string>({
        {"", ""},
        {"plain", "plain"},
        {"z\xC3\xBC \xE2\x82\xAC \xF0\x9F\x8E\x89", "z\xC3\xBC \xE2\x82\xAC \xF0\x9F\x8E\x89"},
        {std::string("a\0b", 3), std::string("a\0b", 3)},
        {"\xFF", "\xEF\xBF\xBD"},
        {"a\xC3", "a\xEF\xBF\xBD"},                                                // ends within a sequence
        {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},                  // a surrogate
        {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},                                  // not the shortest form
        {"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // above U+10FFFF
    }));
    std::string out;
    append_valid_utf8(out, given);
    CHECK(out == stored);
}

TEST_CASE("truncates a text between characters", "[base]") {
    const std::string text = "a\xF0\x9F\x8E\x89z";
    CHECK(utf8_front(text, 0).empty());
    CHECK(utf8_front(text, 1) == "a");
    CHECK(utf8_front(text, 2) == "a\xF0\x9F\x8E\x89");
    CHECK(utf8_front(text, 3) == text);
    CHECK(utf8_front("a\xFF\xFFz", 2) == "a\xFF");
    CHECK(utf8_front(text, 100) == text);
}
