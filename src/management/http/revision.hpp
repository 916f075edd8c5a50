#pragma once
#include <algorithm>
#include <string>
#include <string_view>

#include "ecron/base/id.hpp"

/// The revision of a job as an entity tag (RFC 9110 §8.8.3), always a strong one.
namespace ecron::management {

[[nodiscard]] inline std::string entity_tag(ChangeNumber revision) {
    return '"' + std::to_string(revision.value()) + '"';
}

/// Returns true if one of the tags in `If-Match` is this revision. The comparison is strong, so weak tags
/// never match.
[[nodiscard]] inline bool matches(std::string_view if_match, ChangeNumber revision) {
    constexpr std::string_view kBlanks = " \t";
    const std::string wanted = entity_tag(revision);
    while (!if_match.empty()) {
        std::string_view tag = if_match.substr(0, if_match.find(','));
        if_match.remove_prefix(std::min(tag.size() + 1, if_match.size()));
        tag.remove_prefix(std::min(tag.find_first_not_of(kBlanks), tag.size()));
        tag = tag.substr(0, tag.find_last_not_of(kBlanks) + 1);
        if (tag == wanted) return true;
    }
    return false;
}

}  // namespace ecron::management
