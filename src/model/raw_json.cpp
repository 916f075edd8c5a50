#include "model/raw_json.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cassert>

#include "ecron/base/json_writer.hpp"

namespace ecron::model {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::size_t skip_space(std::string_view text, std::size_t at) {
    return std::min(text.find_first_not_of(kSpace, at), text.size());
}

/// Returns the position after a value; counts brackets instead of recursing.
std::size_t skip_value(std::string_view text, std::size_t at) {
    int depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = skip_string(text, at);
        } else if (c == '{' || c == '[') {
            ++depth, ++at;
        } else if (c == '}' || c == ']') {
            if (depth == 0) return at;
            --depth, ++at;
        } else if (depth == 0) {
            return std::min(text.find_first_of(" \t\r\n,}]", at), text.size());
        } else {
            ++at;
            continue;
        }
        if (depth == 0) return at;
    }
    return at;
}

bool is_name(std::string_view quoted, std::string_view name) {
    if (quoted.find('\\') == std::string_view::npos) return quoted.substr(1, quoted.size() - 2) == name;
    return std::string_view{boost::json::parse(quoted).as_string()} == name;
}

/// Calls `each` with every quoted name and the text of its value.
template <class Each> void for_each_member(std::string_view object, const Each& each) {
    std::size_t at = skip_space(object, 0);
    assert(at < object.size() && object[at] == '{');
    at = skip_space(object, at + 1);
    while (at < object.size() && object[at] == '"') {
        const std::size_t name_end = skip_string(object, at);
        const std::size_t begin = skip_space(object, skip_space(object, name_end) + 1);  // after the colon
        const std::size_t end = skip_value(object, begin);
        each(object.substr(at, name_end - at), object.substr(begin, end - begin));
        at = skip_space(object, end);
        if (at < object.size() && object[at] == ',') at = skip_space(object, at + 1);
    }
}

}  // namespace

std::size_t skip_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\') ++at;
    return std::min(at + 1, text.size());
}

std::optional<std::string_view> member_text(std::string_view object, std::string_view name) {
    std::optional<std::string_view> found;
    for_each_member(object, [&](std::string_view quoted, std::string_view value) {
        if (is_name(quoted, name)) found = value;
    });
    return found;
}

std::string with_member(std::string_view object, std::string_view name, std::string_view value) {
    std::string out{"{"};
    bool found = false;
    const auto add = [&out](std::string_view quoted, std::string_view text) {
        if (out.size() > 1) out += ',';
        out.append(quoted).append(":").append(text);
    };
    for_each_member(object, [&](std::string_view quoted, std::string_view old) {
        const bool same = is_name(quoted, name);
        found = found || same;
        add(quoted, same ? std::string{value} : compact(old));
    });
    if (!found) add(json_string(name), value);
    return out += '}';
}

std::string other_members(std::string_view object, std::span<const std::string_view> known) {
    std::string out;
    for_each_member(object, [&](std::string_view quoted, std::string_view value) {
        if (std::ranges::any_of(known, [&](std::string_view name) { return is_name(quoted, name); })) return;
        if (!out.empty()) out += ',';
        out.append(quoted).append(":").append(compact(value));
    });
    return out;
}

std::vector<std::string_view> element_texts(std::string_view array) {
    std::vector<std::string_view> texts;
    std::size_t at = skip_space(array, 0);
    assert(at < array.size() && array[at] == '[');
    at = skip_space(array, at + 1);
    while (at < array.size() && array[at] != ']') {
        const std::size_t end = skip_value(array, at);
        texts.push_back(array.substr(at, end - at));
        at = skip_space(array, end);
        if (at < array.size() && array[at] == ',') at = skip_space(array, at + 1);
    }
    return texts;
}

std::string compact(std::string_view json) {
    std::string out;
    out.reserve(json.size());
    for (std::size_t at = skip_space(json, 0); at < json.size(); at = skip_space(json, at)) {
        const std::size_t end = json[at] == '"' ? skip_string(json, at)
                                                : std::min(json.find_first_of(" \t\r\n\"", at), json.size());
        out.append(json.substr(at, end - at));
        at = end;
    }
    return out;
}

}  // namespace ecron::model
