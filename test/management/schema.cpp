#include "management/schema.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <regex>
#include <set>
#include <string_view>

#include "ecron/base/time.hpp"

namespace ecron::management::test {
namespace {

namespace bj = boost::json;
using Faults = std::vector<std::string>;

bool has_type(const bj::value& value, std::string_view type) {
    if (type == "null") return value.is_null();
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_bool();
    if (type == "integer") return value.is_int64() || value.is_uint64();
    return type == "number" && value.is_number();
}

bool fits_type(const bj::value& value, const bj::value& types) {
    if (types.is_string()) return has_type(value, types.get_string());
    return std::ranges::any_of(types.get_array(),
                               [&](const bj::value& type) { return has_type(value, type.get_string()); });
}

void check_object(const bj::object& value, const bj::object& schema, const bj::value& document,
                  const std::string& path, Faults& faults) {
    const bj::value* known = schema.if_contains("properties");
    const bj::value* others = schema.if_contains("additionalProperties");
    for (const auto& [name, member] : value) {
        const std::string place = path + '.' + std::string{name};
        const bj::value* rule = known != nullptr ? known->get_object().if_contains(name) : nullptr;
        if (rule == nullptr && others != nullptr && others->is_object()) rule = others;
        if (rule != nullptr)
            std::ranges::copy(faults_of(member, *rule, document, place), std::back_inserter(faults));
        else if (others != nullptr && others->is_bool() && !others->get_bool())
            faults.push_back(place + " is not in the schema");
    }
    if (const bj::value* required = schema.if_contains("required"))
        for (const bj::value& name : required->get_array())
            if (!value.contains(name.get_string()))
                faults.push_back(path + " lacks " + name.get_string().c_str());
}

void check_one_of(const bj::value& value, const bj::array& schemas, const bj::value& document,
                  const std::string& path, Faults& faults) {
    const auto fitting = std::ranges::count_if(
        schemas, [&](const bj::value& schema) { return faults_of(value, schema, document, path).empty(); });
    if (fitting != 1) faults.push_back(path + " fits " + std::to_string(fitting) + " alternatives");
}

void check_any_of(const bj::value& value, const bj::array& schemas, const bj::value& document,
                  const std::string& path, Faults& faults) {
    const bool fits = std::ranges::any_of(
        schemas, [&](const bj::value& schema) { return faults_of(value, schema, document, path).empty(); });
    if (!fits) faults.push_back(path + " fits no alternative");
}

void check_format(const bj::value& value, const bj::value& format, const std::string& path, Faults& faults) {
    static const std::set<std::string_view> kOfNumbers{"int32", "int64", "double"};
    if (value.is_null() || kOfNumbers.contains(format.get_string())) return;
    if (format != "date-time" || (value.is_string() && !parse_rfc3339(value.get_string())))
        faults.push_back(path + " is no " + bj::serialize(format));
}

void check_pattern(const bj::value& value, const bj::value& pattern, const std::string& path,
                   Faults& faults) {
    if (!value.is_string()) return;
    if (!std::regex_search(std::string{value.get_string()}, std::regex{std::string{pattern.get_string()}}))
        faults.push_back(path + " does not match " + bj::serialize(pattern));
}

void check_keyword(std::string_view keyword, const bj::value& rule, const bj::value& value,
                   const bj::object& schema, const bj::value& document, const std::string& path,
                   Faults& faults) {
    static const std::set<std::string_view> kElsewhere{
        "properties", "additionalProperties", "required", "description", "examples", "default"};
    if (kElsewhere.contains(keyword)) return;
    if (keyword == "$ref") {
        const std::string pointer = rule.get_string().subview(1);
        std::ranges::copy(faults_of(value, document.at_pointer(pointer), document, path),
                          std::back_inserter(faults));
    } else if (keyword == "type") {
        if (!fits_type(value, rule)) faults.push_back(path + " is no " + bj::serialize(rule));
    } else if (keyword == "enum") {
        if (std::ranges::find(rule.get_array(), value) == rule.get_array().end())
            faults.push_back(path + " is none of " + bj::serialize(rule));
    } else if (keyword == "const") {
        if (value != rule) faults.push_back(path + " is not " + bj::serialize(rule));
    } else if (keyword == "oneOf") {
        check_one_of(value, rule.get_array(), document, path, faults);
    } else if (keyword == "items") {
        if (value.is_array())
            for (const bj::value& element : value.get_array())
                std::ranges::copy(faults_of(element, rule, document, path + "[]"),
                                  std::back_inserter(faults));
    } else if (keyword == "anyOf") {
        check_any_of(value, rule.get_array(), document, path, faults);
    } else if (keyword == "format") {
        check_format(value, rule, path, faults);
    } else if (keyword == "pattern") {
        check_pattern(value, rule, path, faults);
    } else if (keyword == "minimum") {
        if (value.is_number() && value.to_number<double>() < rule.to_number<double>())
            faults.push_back(path + " is below " + bj::serialize(rule));
    } else if (keyword == "maximum") {
        if (value.is_number() && value.to_number<double>() > rule.to_number<double>())
            faults.push_back(path + " is above " + bj::serialize(rule));
    } else {
        faults.push_back(path + " has the unknown keyword " + std::string{keyword} + " in " +
                         bj::serialize(schema));
    }
}

}  // namespace

std::vector<std::string> faults_of(const bj::value& value, const bj::value& schema, const bj::value& document,
                                   const std::string& path) {
    Faults faults;
    for (const auto& [keyword, rule] : schema.get_object())
        check_keyword(keyword, rule, value, schema.get_object(), document, path, faults);
    if (value.is_object()) check_object(value.get_object(), schema.get_object(), document, path, faults);
    return faults;
}

}  // namespace ecron::management::test
