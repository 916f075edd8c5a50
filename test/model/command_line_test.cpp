#include "ecron/model/command_line.hpp"

#include <catch2/catch.hpp>
#include <cstdio>
#include <optional>
#include <random>

using namespace ecron::model;
using Words = std::vector<std::string>;

TEST_CASE("splits a command like a POSIX shell", "[model]") {
    const auto [text, words] = GENERATE(table<std::string, Words>({
        {"/bin/echo", {"/bin/echo"}},
        {"  echo \t a\n b ", {"echo", "a", "b"}},
        {"", {}},
        {"echo 'a b' \"c d\"", {"echo", "a b", "c d"}},
        {"echo a' b 'c\" d\"", {"echo", "a b c d"}},
        {"echo '' \"\"", {"echo", "", ""}},
        {R"(echo a\ b \\ \' \n)", {"echo", "a b", "\\", "'", "n"}},
        {R"(echo '\n' "\n" "\"\$\`\\")", {"echo", "\\n", "\\n", "\"$`\\"}},
        {"echo a\\\nb \"c\\\nd\"", {"echo", "ab", "cd"}},
        {"echo $HOME *.c ~ | wc #x", {"echo", "$HOME", "*.c", "~", "|", "wc", "#x"}},
        {"echo \xC3\xA4\xE2\x82\xAC", {"echo", "\xC3\xA4\xE2\x82\xAC"}},
    }));
    CAPTURE(text);
    const auto split = split_words(text);
    REQUIRE(split);
    CHECK(*split == words);
}

TEST_CASE("reports an unclosed quote with its position", "[model]") {
    const auto [text, position] = GENERATE(table<std::string, std::size_t>({
        {"echo 'a", 5},
        {"echo a\"b", 6},
        {"echo \"a\\\"", 5},
        {"echo 'a' \\", 9},
    }));
    CAPTURE(text);
    const auto split = split_words(text);
    REQUIRE_FALSE(split);
    CHECK(split.error().position == position);
    CHECK_FALSE(split.error().reason.empty());
}

namespace {

/// Returns the words that /bin/sh produces, printed with a NUL after each; nullopt if it rejects the text.
std::optional<Words> words_of_shell(const std::string& text) {
    const std::string quoted = "set -f; set -- " + text + "\nprintf '%s\\0' \"$@\"; printf .";
    std::string script;
    for (const char c : quoted) script += c == '\'' ? std::string{"'\\''"} : std::string{c};
    FILE* const pipe = ::popen(("/bin/sh -c '" + script + "' 2>/dev/null").c_str(), "r");
    if (pipe == nullptr) return std::nullopt;
    Words words{""};
    for (int c = 0; (c = std::fgetc(pipe)) != EOF;) {
        if (c == '\0')
            words.emplace_back();
        else
            words.back() += static_cast<char>(c);
    }
    if (::pclose(pipe) != 0 || words.back() != ".") return std::nullopt;
    words.pop_back();
    if (words == Words{""}) words.clear();  // printf without operands prints its format once
    return words;
}

}  // namespace

TEST_CASE("random quotes, blanks and backslashes split like in /bin/sh", "[model]") {
    std::mt19937 random{20261122};
    constexpr std::string_view kLetters = "ab  '\"\\\t";
    for (int i = 0; i < 150; ++i) {
        std::string text = "x ";
        const auto length = random() % 12;
        for (unsigned j = 0; j < length; ++j) text += kLetters[random() % kLetters.size()];
        CAPTURE(text);
        const std::optional<Words> expected = words_of_shell(text);
        const auto split = split_words(text);
        if (split) {
            REQUIRE(expected);
            CHECK(*split == *expected);
        } else if (text.back() != '\\') {  // a shell joins it with the following newline
            CHECK_FALSE(expected);
        }
    }
}
