#pragma once
#include <string>

namespace ecron::yaml {

/// Returns true if anything follows the first document of a text. YAML::LoadAll would detect it too, but
/// creates documents without end from a comma outside a list, and YAML::Load ends a document there without an
/// error (yaml-cpp 0.7). Throws YAML::Exception if the text is not YAML. Pure.
bool has_rest(const std::string& text);

}  // namespace ecron::yaml
