#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "client/api/jobs.hpp"
#include "client/failure.hpp"
#include "ecron/base/time.hpp"

/// Definitions of jobs in files: YAML or JSON documents with the members of docs/jobs.md.
namespace ecron::client {

struct Definition {
    json::object job;   // as written
    std::string place;  // "jobs.yaml:7"
};

/// Reads files and, recursively, the files *.yaml, *.yml and *.json in folders, in alphabetical order; "-" is
/// standard input. Errors are reported together: unreadable files, YAML syntax, unknown members, missing and
/// repeated names.
Outcome<std::vector<Definition>> read_definitions(const std::vector<std::string>& paths);

/// A validated definition in the form in which the API returns it, except for members that the server sets.
struct CanonicalJob {
    json::object job;
    std::vector<std::string> warnings;
};

/// Validates a definition by the rules of the API, except for limits that a server configures. `current`: the
/// job that it replaces, if any; the expression that this has is accepted even if it is past. Without
/// `enabled`, a new job is enabled, and an existing one keeps its state.
Outcome<CanonicalJob> canonical_job(const Definition& definition, const JobObject* current, Instant now);

/// The body of the request that creates or replaces the job.
[[nodiscard]] json::object request_body(const Definition& definition, const JobObject* current);

/// The members of a job that a file states: neither those that the server sets nor empty ones.
[[nodiscard]] json::object exported_job(const JobObject& job);

}  // namespace ecron::client
