#pragma once
#include <string>

/// The parts of the Helm chart that list the options: the ends of deploy/helm/ecron/values.yaml and
/// values.schema.json, generated from the table, stored in the repository, compared by a test.
namespace ecron::config {

/// Every non-secret option, commented, under `config`; the secret ones under `secrets`.
std::string helm_values();
/// The schemas of both: the last members of the file's $defs.
std::string helm_schema();

}  // namespace ecron::config
