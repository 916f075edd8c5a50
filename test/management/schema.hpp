#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <vector>

namespace ecron::management::test {

/// Returns the violations of `schema` in `value`; the schema may refer to `document`. Supports the part of
/// JSON Schema that the API's document uses; an unknown keyword is also reported, so that no schema checks
/// less than it seems to.
std::vector<std::string> faults_of(const boost::json::value& value, const boost::json::value& schema,
                                   const boost::json::value& document, const std::string& path = "$");

}  // namespace ecron::management::test
