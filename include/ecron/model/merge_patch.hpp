#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "ecron/model/json.hpp"

namespace ecron::model {

/// JSON Merge Patch (RFC 7396) for objects: a member of the patch replaces the member of that name, null
/// removes it, and objects are merged. Both texts are strict JSON with at most 64 levels; members keep their
/// order and numbers their digits. Errors: one of the texts is not a JSON object, with the position of a
/// syntax error.
std::expected<std::string, Problems> merge_patch(std::string_view target, std::string_view patch);

}  // namespace ecron::model
