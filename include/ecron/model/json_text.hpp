#pragma once
#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"

/// JSON from users that ecron modifies before writing it: every number keeps its digits and is written in
/// plain notation (1.5, not 1.5E0). Boost.JSON alone rounds numbers to double and writes fractions with an
/// exponent. Pure. Threads: any.
namespace ecron::model {

/// Parses strict JSON with at most 64 levels. A number that is not a 64-bit integer becomes a marked string:
/// see is_kept_number().
Result<boost::json::value> parse_json(std::string_view text);

/// Returns true if a value of parse_json() is a number stored as text.
[[nodiscard]] bool is_kept_number(const boost::json::value& value);

/// Writes a value from parse_json() or from the program. An infinite double is written as 1e999.
std::string write_json(const boost::json::value& value);

/// Converts a JSON number to plain notation: "1.50E1" is "15", "-0.0" is "-0". A number that would exceed 64
/// digits is returned unchanged.
std::string plain_number(std::string_view number);

}  // namespace ecron::model
