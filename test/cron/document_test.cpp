#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <vector>

#include "cron/support.hpp"

using namespace ecron;
using namespace ecron::cron;
using namespace ecron::cron::test;

namespace {

/// A table of examples in a document: the words of the comment before it, and its cells.
struct Examples {
    std::string kind;  // "schedules" or "errors"
    std::map<std::string, std::string> settings;
    std::vector<std::vector<std::string>> rows;
};

std::string trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('`')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('`')) text.remove_suffix(1);
    return std::string{text};
}

/// The cells of "| a | b |".
std::vector<std::string> cells_of(std::string_view line) {
    std::vector<std::string> cells;
    for (std::size_t begin = 1; begin < line.size();) {
        const std::size_t end = line.find('|', begin);
        cells.push_back(trimmed(line.substr(begin, end - begin)));
        begin = end + 1;
    }
    return cells;
}

Examples begin_of(std::string_view comment) {
    Examples examples;
    std::string_view words = comment.substr(5, comment.size() - 9);  // between "<!-- " and " -->"
    while (!words.empty()) {
        const std::string_view word = words.substr(0, words.find(' '));
        words.remove_prefix(std::min(words.size(), word.size() + 1));
        if (const std::size_t equals = word.find('='); equals != std::string_view::npos)
            examples.settings[std::string{word.substr(0, equals)}] = word.substr(equals + 1);
        else
            examples.kind = word;
    }
    return examples;
}

std::vector<Examples> examples_in(const std::string& document) {
    std::vector<Examples> all;
    std::ifstream file{"docs/" + document};
    REQUIRE(file);
    bool open = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("<!-- schedules") || line.starts_with("<!-- errors")) {
            all.push_back(begin_of(line));
            open = true;
        } else if (open && line.starts_with("| `")) {
            all.back().rows.push_back(cells_of(line));
        } else if (line.empty()) {
            open = false;
        }
    }
    return all;
}

ParseOptions options_of(const Examples& examples) {
    ParseOptions options;
    for (const auto& [name, value] : examples.settings) {
        if (name == "zone") options.zone = zone(value);
        if (name == "dialect") options.dialect = Dialect::quartz;
        if (name == "gap") options.dst.gap = Gap::skip;
        if (name == "overlap") options.dst.overlap = Overlap::both;
        if (name == "anchor") options.anchor = at(value);
        if (name == "id") options.hash_subject = value;
    }
    return options;
}

/// The next three occurrences; those in UTC without their offset.
std::string listed(const Schedule& schedule, std::string_view after) {
    std::string text = runs(schedule, after, 3);
    constexpr std::string_view kOffset = "+00:00";
    if (schedule.zone() == utc())
        for (std::size_t at = 0; (at = text.find(kOffset, at)) != std::string::npos;)
            text.erase(at, kOffset.size());
    return text;
}

struct Document {
    std::string name;
    Language language;
};

}  // namespace

TEST_CASE("the examples in the documentation of schedules are true", "[cron][document]") {
    const Document document = GENERATE(Document{"schedules.md", Language::english},
                                       Document{"zh-CN/schedules.md", Language::chinese});
    std::size_t count = 0;
    for (const Examples& examples : examples_in(document.name)) {
        const auto from = examples.settings.find("from");
        const std::string after = from == examples.settings.end() ? "2026-01-05T10:00:00Z" : from->second;
        for (const std::vector<std::string>& row : examples.rows) {
            const auto parsed = parse(row.at(0), options_of(examples));
            std::string line;
            if (examples.kind == "errors")
                line = fmt::format("| `{}` | {} |", row.at(0), parsed ? "none" : parsed.error().reason);
            else if (parsed)
                line =
                    fmt::format("| `{}` | {} | {} |", row.at(0), parsed->schedule.describe(document.language),
                                listed(parsed->schedule, after));
            else
                line = parsed.error().reason;
            std::string given = fmt::format("| `{}`", row.at(0));
            for (std::size_t cell = 1; cell < row.size(); ++cell) given += " | " + row[cell];
            CHECK(given + " |" == line);
            ++count;
        }
    }
    CHECK(count > 40);
}
