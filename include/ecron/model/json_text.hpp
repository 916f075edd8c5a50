#pragma once
#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"

/// JSON that a user supplied and ecron changes before it writes it again: every number keeps its digits and
/// is written in plain notation (1.5, not 1.5E0). Boost.JSON alone rounds numbers to double and writes an
/// exponent with every fraction. Pure. Threads: any.
namespace ecron::model {

/// Parses strict JSON, at most 64 levels deep. A number that is not an integer of 64 bits becomes a marked
/// string: see is_kept_number().
Result<boost::json::value> parse_json(std::string_view text);

/// Whether a value of parse_json() is a number that is kept as text.
[[nodiscard]] bool is_kept_number(const boost::json::value& value);

/// The text of a value, of parse_json() or made by the program. An infinite double is written as 1e999.
std::string write_json(const boost::json::value& value);

/// A JSON number in plain notation: "1.50E1" is "15", "-0.0" is "-0". One that would take more than 64 digits
/// stays as it is.
std::string plain_number(std::string_view number);

}  // namespace ecron::model
