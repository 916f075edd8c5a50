#include "model/members.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cassert>
#include <cmath>

#include "ecron/model/messages.hpp"
#include "model/raw_json.hpp"

namespace ecron::model {
namespace {

namespace json = boost::json;

constexpr std::size_t kProblemLimit = 50;

/// Reports a member only once, even if it is checked twice.
void note(Problems& problems, Problem problem) {
    if (problems.size() == kProblemLimit) return;
    if (std::find(problems.begin(), problems.end(), problem) == problems.end())
        problems.push_back(std::move(problem));
}

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

std::string between(std::string_view least, std::string_view most) {
    return fmt::format("must be between {} and {}", least, most);
}

/// Parses seconds as a number or a duration as text; nullopt if the value is neither.
std::optional<Millis> duration_of(const json::value& value) {
    if (const json::string* text = value.if_string()) {
        const Result<Millis> read = parse_duration(*text);
        return read ? std::optional{*read} : std::nullopt;
    }
    const double seconds = value.to_number<double>();
    constexpr double kLongest = 1e11;
    if (!(seconds >= 0) || seconds > kLongest) return std::nullopt;
    return Millis{std::llround(seconds * 1'000)};
}

}  // namespace

void ValidationErrors::wrong_type(std::string field, std::string explanation) {
    note(types_, {std::string{cause::kInvalidParameter}, std::move(field), std::move(explanation), false});
}

void ValidationErrors::refuse(std::string_view cause, std::string field, std::string explanation,
                              std::optional<std::size_t> position) {
    note(early_, {std::string{cause}, std::move(field), std::move(explanation), false, position});
}

void ValidationErrors::refuse_late(std::string_view cause, std::string field, std::string explanation) {
    note(late_, {std::string{cause}, std::move(field), std::move(explanation), true});
}

Problems ValidationErrors::in_order() && {
    Problems all = std::move(types_);
    for (Problems* part : {&early_, &late_}) std::move(part->begin(), part->end(), std::back_inserter(all));
    all.resize(std::min(all.size(), kProblemLimit));
    return all;
}

std::string Members::path_of(std::string_view name) const {
    return path_.empty() ? std::string{name} : fmt::format("{}.{}", path_, name);
}

const json::value* Members::find(std::string_view name) const {
    const json::value* value = object_.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

void Members::refuse(std::string_view name, std::string explanation) {
    errors_.refuse_late(cause::kInvalidParameter, path_of(name), std::move(explanation));
}

void Members::wrong_type(std::string_view name, std::string_view expected, const json::value& found) {
    errors_.wrong_type(path_of(name), fmt::format("must be {}, is {}", expected, kind_of(found)));
}

std::optional<std::string> Members::text(std::string_view name) {
    const json::value* value = find(name);
    if (value == nullptr) return std::nullopt;
    const json::string* found = value->if_string();
    if (found == nullptr) {
        wrong_type(name, "text", *value);
        return std::nullopt;
    }
    if (has_nul(*found)) {
        refuse(name, "must not contain the character NUL");
        return std::nullopt;
    }
    return std::string{found->data(), found->size()};
}

std::optional<std::string> Members::text(std::string_view name, std::size_t limit) {
    std::optional<std::string> found = text(name);
    if (!found || characters(*found) <= limit) return found;
    refuse(name, fmt::format("has {} characters, at most {} are allowed", characters(*found), limit));
    return std::nullopt;
}

std::optional<bool> Members::boolean(std::string_view name) {
    const json::value* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_bool()) return value->get_bool();
    wrong_type(name, "true or false", *value);
    return std::nullopt;
}

std::optional<std::int64_t> Members::integer(std::string_view name, std::int64_t least, std::int64_t most) {
    const json::value* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) {
        wrong_type(name, "a whole number", *value);
        return std::nullopt;
    }
    boost::system::error_code inexact;
    const auto number = value->to_number<std::int64_t>(inexact);
    if (!inexact && number >= least && number <= most) return number;
    refuse(name, fmt::format("must be a whole number between {} and {}", least, most));
    return std::nullopt;
}

std::optional<double> Members::number(std::string_view name, double least, double most) {
    const json::value* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) {
        wrong_type(name, "a number", *value);
        return std::nullopt;
    }
    const auto number = value->to_number<double>();
    if (number >= least && number <= most) return number;
    refuse(name, between(fmt::format("{}", least), fmt::format("{}", most)));
    return std::nullopt;
}

std::optional<Millis> Members::duration(std::string_view name, Millis least, Millis most) {
    const json::value* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string() && !value->is_number()) {
        wrong_type(name, "a duration such as \"1m30s\" or a number of seconds", *value);
        return std::nullopt;
    }
    const std::optional<Millis> duration = duration_of(*value);
    if (duration && *duration >= least && *duration <= most) return duration;
    refuse(name, "must be a duration such as \"1m30s\" or a number of seconds, " +
                     between(format_duration(least), format_duration(most)).substr(5));
    return std::nullopt;
}

std::optional<Members> Members::object(std::string_view name) {
    const json::value* value = find(name);
    if (value == nullptr) return std::nullopt;
    const json::object* found = value->if_object();
    if (found == nullptr) {
        wrong_type(name, "an object", *value);
        return std::nullopt;
    }
    const std::optional<std::string_view> text = member_text(raw_, name);
    assert(text);
    return Members{*found, *text, path_of(name), errors_};
}

const json::array* Members::array(std::string_view name) {
    const json::value* value = find(name);
    if (value == nullptr) return nullptr;
    if (!value->is_array()) wrong_type(name, "a list", *value);
    return value->if_array();
}

std::optional<NameValues> Members::name_values(std::string_view name) {
    std::optional<Members> object = this->object(name);
    if (!object) return std::nullopt;
    NameValues values;
    values.reserve(object->all().size());
    for (const json::key_value_pair& member : object->all()) {
        if (has_nul(member.key())) refuse(name, "names must not contain the character NUL");
        if (member.value().is_null())
            values.emplace_back(member.key(), "");
        else if (!member.value().is_string())
            object->wrong_type(shortened(member.key()), "text", member.value());
        else if (has_nul(member.value().get_string()))
            object->refuse(shortened(member.key()), "must not contain the character NUL");
        else
            values.emplace_back(member.key(), member.value().get_string());
    }
    return values;
}

std::string_view Members::raw(std::string_view name) const {
    return member_text(raw_, name).value_or(std::string_view{});
}

std::optional<std::string> Members::object_text(std::string_view name) {
    const std::optional<Members> found = object(name);
    return found ? std::optional{compact(found->raw_)} : std::nullopt;
}

std::string Members::shortened(std::string_view text) {
    constexpr std::size_t kLimit = 40;
    if (characters(text) <= kLimit) return std::string{text};
    std::size_t count = 0, end = 0;
    for (; count <= kLimit; ++end)
        if ((static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U) ++count;
    return std::string{text.substr(0, end - 1)} + "…";
}

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(std::count_if(
        utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string_view kind_of(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            return "null";
        case json::kind::bool_:
            return "true or false";
        case json::kind::string:
            return "text";
        case json::kind::array:
            return "a list";
        case json::kind::object:
            return "an object";
        default:
            return "a number";
    }
}

}  // namespace ecron::model
