#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <vector>

namespace ecron::management::test {

/// What is wrong with `value` by `schema`, which may refer into `document`. The part of JSON Schema that the
/// API's document uses; a keyword that it does not know is a fault too, so that no schema is weaker than it
/// looks.
std::vector<std::string> faults_of(const boost::json::value& value, const boost::json::value& schema,
                                   const boost::json::value& document, const std::string& path = "$");

}  // namespace ecron::management::test
