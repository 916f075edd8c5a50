#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"

/// What the API server's objects say of a Job. Pure.
namespace ecron::execution {

enum class JobPhase : std::uint8_t { going, succeeded, failed };

struct JobState {
    std::string name, uid;
    std::string execute_id;  // whose it is, by its annotation
    JobPhase phase{JobPhase::going};
    std::string reason;  // of a failure: "BackoffLimitExceeded: Job has reached …"
    std::optional<Instant> created;
    bool leaving{false};  // being deleted
};
/// By its conditions Complete and Failed.
Result<JobState> read_job(std::string_view text);

/// The pod of a Job that was made last.
struct PodState {
    std::string name, container;
    std::optional<int> exit_code;
    std::string end;      // "exit code 3", "OOMKilled (exit code 137)"; of a pod that was evicted: why
    std::string waiting;  // why it has not begun: "ImagePullBackOff: …", "Unschedulable: …"
};
/// Of a list of pods; nothing: there is none.
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
    std::string resource_version{};  // of changed, deleted, bookmark: where to go on from
    std::string what{};              // of an error
};
/// One line of a watch. An error of code 410 is `gone`: what was to be gone on from is no longer known.
Result<WatchEvent> read_event(std::string_view line);

/// The API server's own words of an answer that is no success, else the beginning of its text.
std::string status_message(std::string_view body);

}  // namespace ecron::execution
