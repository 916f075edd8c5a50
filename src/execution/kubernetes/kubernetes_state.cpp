#include "execution/kubernetes/kubernetes_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "ecron/base/large_work.hpp"
#include "execution/kubernetes/kubernetes_manifest.hpp"

namespace ecron::execution {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestText = 16UL * 1024;  // bytes of a response that are kept

/// Accessors for members of unknown type: a member of an unexpected type counts as absent.
const json::value* find(const json::value* from, std::string_view name) {
    const json::object* const object = from == nullptr ? nullptr : from->if_object();
    return object == nullptr ? nullptr : object->if_contains(name);
}

std::string text_in(const json::value* from, std::string_view name) {
    const json::value* const value = find(from, name);
    const json::string* const text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string{} : std::string{std::string_view{*text}.substr(0, kLongestText)};
}

const json::array& array_in(const json::value* from, std::string_view name) {
    static const json::array none;
    const json::value* const value = find(from, name);
    const json::array* const array = value == nullptr ? nullptr : value->if_array();
    return array == nullptr ? none : *array;
}

std::optional<std::int64_t> number_in(const json::value* from, std::string_view name) {
    const json::value* const value = find(from, name);
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    return value->get_int64();
}

std::optional<Instant> instant_in(const json::value* from, std::string_view name) {
    const Result<Instant> instant = parse_rfc3339(text_in(from, name));
    return instant ? std::optional{*instant} : std::nullopt;
}

/// "Reason: message", or whichever of the two is present.
std::string told_by(const json::value& from) {
    const std::string reason = text_in(&from, "reason");
    const std::string message = text_in(&from, "message");
    return reason.empty() || message.empty() ? reason + message : reason + ": " + message;
}

JobState state_of(const json::value& job) {
    const json::value* const metadata = find(&job, "metadata");
    JobState state{.name = text_in(metadata, "name"),
                   .uid = text_in(metadata, "uid"),
                   .execute_id = text_in(find(metadata, "annotations"), kExecuteIdAnnotation),
                   .created = instant_in(metadata, "creationTimestamp"),
                   .leaving = !text_in(metadata, "deletionTimestamp").empty()};
    for (const json::value& condition : array_in(find(&job, "status"), "conditions")) {
        if (text_in(&condition, "status") != "True") continue;
        const std::string type = text_in(&condition, "type");
        if (type == "Complete") state.phase = JobPhase::succeeded;
        if (type != "Failed") continue;
        state.phase = JobPhase::failed;
        state.reason = told_by(condition);
    }
    return state;
}

std::string end_of(const json::value& terminated, int exit_code) {
    const std::string reason = text_in(&terminated, "reason");
    if (reason.empty() || reason == "Error" || reason == "Completed")
        return fmt::format("exit code {}", exit_code);
    return fmt::format("{} (exit code {})", reason, exit_code);
}

/// Evaluates the failed container, or else the first one.
void read_containers(const json::value* status, PodState& pod) {
    for (const json::value& container : array_in(status, "containerStatuses")) {
        const json::value* const state = find(&container, "state");
        if (const json::value* const terminated = find(state, "terminated")) {
            const int exit_code = static_cast<int>(number_in(terminated, "exitCode").value_or(0));
            if (pod.exit_code && (*pod.exit_code != 0 || exit_code == 0)) continue;
            pod.exit_code = exit_code;
            pod.end = end_of(*terminated, exit_code);
            pod.container = text_in(&container, "name");
        } else if (const json::value* const waiting = find(state, "waiting");
                   pod.waiting.empty() && waiting) {
            pod.waiting = told_by(*waiting);
        }
    }
}

PodState pod_state(const json::value& given) {
    PodState pod{.name = text_in(find(&given, "metadata"), "name")};
    const json::value* const status = find(&given, "status");
    const json::array& containers = array_in(find(&given, "spec"), "containers");
    if (!containers.empty()) pod.container = text_in(&containers.front(), "name");
    read_containers(status, pod);
    if (pod.end.empty()) pod.end = text_in(status, "phase") == "Failed" ? told_by(*status) : "";
    if (!pod.waiting.empty()) return pod;
    for (const json::value& condition : array_in(status, "conditions"))
        if (text_in(&condition, "type") == "PodScheduled" && text_in(&condition, "status") == "False")
            pod.waiting = told_by(condition);
    return pod;
}

Result<json::value> parsed(std::string_view text, std::string_view what) {
    report_work(text.size());
    boost::system::error_code failed;
    json::value value = json::parse(text, failed);
    if (failed || !value.is_object())
        return fail(Errc::unavailable, fmt::format("{} is no JSON object", what));
    return value;
}

}  // namespace

Result<JobState> read_job(std::string_view text) {
    const Result<json::value> job = parsed(text, "the Job that was answered");
    if (!job) return std::unexpected(job.error());
    return state_of(*job);
}

std::optional<PodState> newest_pod(std::string_view list) {
    const Result<json::value> pods = parsed(list, "the list of pods");
    const json::value* newest = nullptr;
    if (!pods) return std::nullopt;
    for (const json::value& pod : array_in(&*pods, "items")) {
        const auto created = [](const json::value* one) {
            return instant_in(find(one, "metadata"), "creationTimestamp").value_or(Instant{});
        };
        if (newest == nullptr || created(&pod) > created(newest)) newest = &pod;
    }
    return newest == nullptr ? std::nullopt : std::optional{pod_state(*newest)};
}

Result<JobPage> read_page(std::string_view text) {
    const Result<json::value> list = parsed(text, "the list of Jobs");
    if (!list) return std::unexpected(list.error());
    const json::value* const metadata = find(&*list, "metadata");
    JobPage page{.resource_version = text_in(metadata, "resourceVersion"),
                 .next = text_in(metadata, "continue")};
    if (page.resource_version.empty()) return fail(Errc::unavailable, "the list of Jobs has no version");
    for (const json::value& job : array_in(&*list, "items")) page.jobs.push_back(state_of(job));
    return page;
}

Result<WatchEvent> read_event(std::string_view line) {
    const Result<json::value> event = parsed(line, "an event of the watch");
    if (!event) return std::unexpected(event.error());
    const std::string type = text_in(&*event, "type");
    const json::value* const object = find(&*event, "object");
    if (object == nullptr) return fail(Errc::unavailable, "an event of the watch has no object");
    WatchEvent read;
    if (type == "ERROR") {
        read.kind = number_in(object, "code") == 410 ? WatchEvent::Kind::gone : WatchEvent::Kind::error;
        read.what = told_by(*object);
        return read;
    }
    read.resource_version = text_in(find(object, "metadata"), "resourceVersion");
    read.kind = type == "BOOKMARK"  ? WatchEvent::Kind::bookmark
                : type == "DELETED" ? WatchEvent::Kind::deleted
                                    : WatchEvent::Kind::changed;
    if (read.kind != WatchEvent::Kind::bookmark) read.job = state_of(*object);
    return read;
}

std::string status_message(std::string_view body) {
    constexpr std::size_t kLimit = 500;
    std::string message;
    if (body.size() <= kLargeWork)
        if (const Result<json::value> status = parsed(body, "the status"))
            message = text_in(&*status, "message");
    if (message.empty()) message = body.substr(0, kLimit);
    std::ranges::replace_if(message, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    if (message.size() > kLimit) message.resize(kLimit);
    return message;
}

}  // namespace ecron::execution
