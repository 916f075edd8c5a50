#pragma once
#include <algorithm>
#include <string_view>

/// Entity tags in the conditions of a request (RFC 9110 §8.8.3, §13.1). Pure. Threads: any.
namespace ecron::http {

/// Calls `each` for the tags of a list until it returns true; returns whether it did.
template <class Each> bool any_tag(std::string_view list, Each each) {
    constexpr std::string_view kBlanks = " \t";
    while (!list.empty()) {
        std::string_view tag = list.substr(0, list.find(','));
        list.remove_prefix(std::min(tag.size() + 1, list.size()));
        tag.remove_prefix(std::min(tag.find_first_not_of(kBlanks), tag.size()));
        if (each(tag.substr(0, tag.find_last_not_of(kBlanks) + 1))) return true;
    }
    return false;
}

/// Returns true if `If-None-Match` is `*` or one of its tags is this one. The comparison is weak.
[[nodiscard]] inline bool matches_weakly(std::string_view if_none_match, std::string_view wanted) {
    return any_tag(if_none_match, [&](std::string_view tag) {
        if (tag.starts_with("W/")) tag.remove_prefix(2);
        return tag == wanted || tag == "*";
    });
}

}  // namespace ecron::http
