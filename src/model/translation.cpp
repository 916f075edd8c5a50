#include "ecron/model/translation.hpp"

#include <algorithm>
#include <optional>

#include "model/translation_table.hpp"

namespace ecron::model {
namespace {

constexpr std::string_view kAny = "{}";
constexpr int kDepth = 3;  // a part of a text may have parts

struct Part {
    std::string_view text;
    bool is_quoted;  // from outside: kept
};
using Parts = std::vector<Part>;

std::size_t literal_bytes(std::string_view pattern) {
    std::size_t bytes = pattern.size();
    for (std::size_t at = pattern.find(kAny); at != pattern.npos; at = pattern.find(kAny, at + 2)) bytes -= 2;
    return bytes;
}

/// Returns what the placeholders of the pattern stand for in the text; nullopt if it does not match.
std::optional<Parts> match(std::string_view pattern, std::string_view text) {
    Parts parts;
    std::size_t open = pattern.find(kAny);
    if (open == pattern.npos) return pattern == text ? std::optional(parts) : std::nullopt;
    if (!text.starts_with(pattern.substr(0, open))) return std::nullopt;
    text.remove_prefix(open);
    while (open != pattern.npos) {
        const bool is_quoted = open > 0 && pattern[open - 1] == '"';
        pattern.remove_prefix(open + kAny.size());
        open = pattern.find(kAny);
        const std::string_view literal = pattern.substr(0, open);
        const bool is_last = open == pattern.npos;
        if (is_last && !text.ends_with(literal)) return std::nullopt;
        const std::size_t end = is_last ? text.size() - literal.size() : text.find(literal);
        if (end == text.npos) return std::nullopt;
        parts.push_back({text.substr(0, end), is_quoted});
        text.remove_prefix(end + literal.size());
    }
    return parts;
}

/// The pattern with the most text comes first: "must be a list" before "must be {}".
const std::vector<const Translation*>& ordered_table() {
    static const std::vector<const Translation*> ordered = [] {
        std::vector<const Translation*> rows;
        for (const Translation& row : kTranslations) rows.push_back(&row);
        std::ranges::sort(rows, [](const Translation* left, const Translation* right) {
            const std::size_t of_left = literal_bytes(left->english);
            const std::size_t of_right = literal_bytes(right->english);
            return of_left != of_right ? of_left > of_right : left < right;
        });
        return rows;
    }();
    return ordered;
}

std::string translated(std::string_view english, Language language, int depth);

/// {0}, {1} … stand for the parts, in any order.
std::string filled(std::string_view pattern, const Parts& parts, Language language, int depth) {
    std::string out;
    for (std::size_t at = 0; at < pattern.size();) {
        const bool is_part = pattern[at] == '{' && at + 2 < pattern.size() && pattern[at + 2] == '}';
        if (!is_part) {
            out += pattern[at++];
            continue;
        }
        const Part& part = parts.at(static_cast<std::size_t>(pattern[at + 1] - '0'));
        out += part.is_quoted ? std::string{part.text} : translated(part.text, language, depth);
        at += 3;
    }
    return out;
}

std::string translated(std::string_view english, Language language, int depth) {
    if (depth == 0) return std::string{english};
    for (const Translation* const row : ordered_table()) {
        const std::optional<Parts> parts = match(row->english, english);
        if (!parts) continue;
        const std::string_view pattern = language == Language::zh_tw ? row->zh_tw : row->zh_cn;
        return filled(pattern, *parts, language, depth - 1);
    }
    return std::string{english};
}

}  // namespace

std::string translated(std::string_view english, Language language) {
    if (language == Language::en_us) return std::string{english};
    return translated(english, language, kDepth);
}

std::vector<std::string> translated(const std::vector<std::string>& english, Language language) {
    std::vector<std::string> texts;
    texts.reserve(english.size());
    for (const std::string& text : english) texts.push_back(translated(text, language));
    return texts;
}

}  // namespace ecron::model
