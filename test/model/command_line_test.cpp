#include "ecron/model/command_line.hpp"

#include <catch2/catch.hpp>
#include <cstdio>
#include <optional>
#include <random>

#include "ecron/model/job.hpp"

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

TEST_CASE("finds what only a shell would interpret", "[model]") {
    struct Row {
        std::string command, any, telling;
    };
    const std::string pipe = "a pipe", redirection = "a redirection",
                      variable = "a variable or substitution ($)";
    const Row row = GENERATE_COPY(values<Row>({
        {"/bin/dump --all", "", ""},
        {"dump | gzip", pipe, pipe},
        {"dump || true", "||", "||"},
        {"dump && report", "&&", "&&"},
        {"dump >/tmp/out 2>&1", redirection, redirection},
        {"dump $HOME", variable, variable},
        {"dump \"$HOME\"", variable, ""},
        {"serve &", "a background process (&)", "a background process (&)"},
        {"sh -c \"for i in 1 2; do echo $i; done\"", variable, ""},
        {"a; b", "several commands (;)", "several commands (;)"},
        {"cd /srv", "the shell command cd", "the shell command cd"},
        {"A=b dump", "a variable assignment", "a variable assignment"},
        {"dump '|' \"a > b\" \\; \\$x", "", ""},
        {"curl http://h/?a=1&b=2", "a file name pattern", ""},
        {"ls *.gz ~", "a file name pattern", ""},
        {"/bin/sh -c 'dump | gzip'", "", ""},
    }));
    CAPTURE(row.command);
    CHECK(shell_syntax_in(row.command, ShellSyntax::any) == row.any);
    CHECK(shell_syntax_in(row.command, ShellSyntax::telling) == row.telling);
}

TEST_CASE("the words of a command are those of exec, or a shell's", "[model]") {
    CHECK(command_words({.exec = "a 'b c'"}) == Words{"a", "b c"});
    CHECK(command_words({.exec = "a 'b c' | d", .shell = true}) ==
          Words{"/bin/sh", "-c", "a 'b c' | d", "sh"});
    CHECK(command_words({.shell = true}) == Words{});
    CHECK_FALSE(command_words({.exec = "'"}));
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
