#pragma once
#include <string>
#include <string_view>

#include "ecron/base/id.hpp"
#include "ecron/http/entity_tag.hpp"

/// The revision of a job as an entity tag (RFC 9110 §8.8.3), always a strong one.
namespace ecron::management {

[[nodiscard]] inline std::string entity_tag(ChangeNumber revision) {
    return '"' + std::to_string(revision.value()) + '"';
}

using http::matches_weakly;

/// Returns true if one of the tags in `If-Match` is this revision. The comparison is strong, so weak tags
/// never match.
[[nodiscard]] inline bool matches(std::string_view if_match, ChangeNumber revision) {
    const std::string wanted = entity_tag(revision);
    return http::any_tag(if_match, [&](std::string_view tag) { return tag == wanted; });
}

}  // namespace ecron::management
