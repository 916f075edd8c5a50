#pragma once
#include <string>

/// What the Helm chart knows of the options: the ends of deploy/helm/ecron/values.yaml and
/// values.schema.json, written from the table, kept in the tree, compared by a test.
namespace ecron::config {

/// Every option that is not secret, commented, under `config`; the secret ones under `secrets`.
std::string helm_values();
/// The schemas of both, the last members of the file's $defs.
std::string helm_schema();

}  // namespace ecron::config
