#include "client/text/json_access.hpp"

#include <boost/json/serialize.hpp>

namespace ecron::client {

const json::value& member(const json::object& object, std::string_view name) {
    static const json::value null;
    const json::value* const found = object.if_contains(name);
    return found == nullptr ? null : *found;
}

std::string text_at(const json::object& object, std::string_view name) {
    const json::string* const text = member(object, name).if_string();
    return text == nullptr ? std::string{} : std::string{text->data(), text->size()};
}

bool flag_at(const json::object& object, std::string_view name) {
    const bool* const flag = member(object, name).if_bool();
    return flag != nullptr && *flag;
}

const json::object& object_at(const json::object& object, std::string_view name) {
    static const json::object empty;
    const json::object* const found = member(object, name).if_object();
    return found == nullptr ? empty : *found;
}

const json::array& array_at(const json::object& object, std::string_view name) {
    static const json::array empty;
    const json::array* const found = member(object, name).if_array();
    return found == nullptr ? empty : *found;
}

std::string number_at(const json::object& object, std::string_view name) {
    const json::value& value = member(object, name);
    return value.is_number() ? json::serialize(value) : std::string{};
}

}  // namespace ecron::client
