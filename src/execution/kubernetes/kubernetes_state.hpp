#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"

/// Parses API server objects about a Job. Pure.
namespace ecron::execution {

enum class JobPhase : std::uint8_t { going, succeeded, failed };

struct JobState {
    std::string name, uid;
    std::string execute_id;  // owner, by its annotation
    JobPhase phase{JobPhase::going};
    std::string reason;  // reason of a failure: "BackoffLimitExceeded: Job has reached …"
    std::optional<Instant> created;
    bool leaving{false};  // being deleted
};
/// Evaluates the conditions Complete and Failed.
Result<JobState> read_job(std::string_view text);

/// The most recently created pod of a Job.
struct PodState {
    std::string name, container;
    std::optional<int> exit_code;
    std::string end;      // "exit code 3", "OOMKilled (exit code 137)"; for an evicted pod, the reason
    std::string waiting;  // why it has not started: "ImagePullBackOff: …", "Unschedulable: …"
};
/// The newest pod of a list; nullopt: the list is empty.
std::optional<PodState> newest_pod(std::string_view list);

/// One page of a list of Jobs.
struct JobPage {
    std::vector<JobState> jobs;
    std::string resource_version, next;  // `next` empty: the last page
};
Result<JobPage> read_page(std::string_view text);

struct WatchEvent {
    enum class Kind : std::uint8_t { changed, deleted, bookmark, gone, error };
    Kind kind{};
    JobState job{};
    std::string resource_version{};  // of changed, deleted, bookmark: the version to continue from
    std::string what{};              // description of an error
};
/// Parses one line of a watch. An error with code 410 yields `gone`: the requested version is no longer
/// available.
Result<WatchEvent> read_event(std::string_view line);

/// The message of an API server's error response, or else the beginning of its text.
std::string status_message(std::string_view body);

}  // namespace ecron::execution
