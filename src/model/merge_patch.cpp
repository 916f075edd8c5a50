#include "ecron/model/merge_patch.hpp"

#include <boost/json/object.hpp>

#include <fmt/format.h>

#include "ecron/model/json_text.hpp"
#include "ecron/model/messages.hpp"
#include "model/document.hpp"
#include "model/members.hpp"

namespace ecron::model {
namespace {

namespace json = boost::json;

std::unexpected<Problems> invalid(std::string explanation) {
    return std::unexpected(Problems{{std::string{cause::kInvalidParameter}, "", std::move(explanation)}});
}

std::expected<json::object, Problems> read_object(std::string_view text) {
    // Document reports the position of a syntax error; parse_json keeps the digits.
    if (const Document document{text}; !document.ok()) return invalid(document.fault());
    Result<json::value> value = parse_json(text);
    if (!value) return invalid(value.error().what);
    if (!value->is_object()) return invalid(fmt::format("must be an object, is {}", kind_of(*value)));
    return std::move(value->get_object());
}

/// Recursion is limited by the depth of the parsed texts.
void merge(json::object& target, const json::object& patch) {
    for (const auto& [name, value] : patch) {
        if (value.is_null()) {
            if (const auto found = target.find(name); found != target.end()) target.stable_erase(found);
            continue;
        }
        json::value& member = target[name];
        if (!value.is_object()) {
            member = value;
            continue;
        }
        if (!member.is_object()) member.emplace_object();
        merge(member.get_object(), value.get_object());
    }
}

}  // namespace

std::expected<std::string, Problems> merge_patch(std::string_view target, std::string_view patch) {
    auto changes = read_object(patch);
    if (!changes) return std::unexpected(std::move(changes.error()));
    auto merged = read_object(target);
    if (!merged) return std::unexpected(std::move(merged.error()));
    merge(*merged, *changes);
    return write_json(json::value(std::move(*merged)));
}

}  // namespace ecron::model
