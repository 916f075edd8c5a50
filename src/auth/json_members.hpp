#pragma once
#include <boost/json/object.hpp>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/time.hpp"

/// Reads members of an issuer's JSON. A member of another type reads as absent.
namespace ecron::auth {

inline std::string text_of(const boost::json::object& object, std::string_view name) {
    const boost::json::value* const member = object.if_contains(name);
    return member != nullptr && member->is_string() ? std::string{member->get_string()} : std::string{};
}

/// A NumericDate (RFC 7519 §2): seconds, possibly fractional.
inline std::optional<Instant> instant_of(const boost::json::object& object, std::string_view name) {
    constexpr double kLatest = 253'402'300'799;  // the end of the year 9999
    const boost::json::value* const member = object.if_contains(name);
    if (member == nullptr || !member->is_number()) return std::nullopt;
    const double seconds = member->to_number<double>();
    if (!(seconds >= 0) || seconds > kLatest) return std::nullopt;
    return from_unix_millis(static_cast<std::int64_t>(std::floor(seconds * 1'000)));
}

/// A text, or a list of texts.
inline std::vector<std::string> texts_of(const boost::json::object& object, std::string_view name) {
    std::vector<std::string> texts;
    const boost::json::value* const member = object.if_contains(name);
    if (member == nullptr) return texts;
    if (member->is_string()) texts.emplace_back(member->get_string());
    if (!member->is_array()) return texts;
    for (const boost::json::value& element : member->get_array())
        if (element.is_string()) texts.emplace_back(element.get_string());
    return texts;
}

}  // namespace ecron::auth
