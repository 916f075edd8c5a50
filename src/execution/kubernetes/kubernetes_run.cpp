#include "execution/kubernetes/kubernetes_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ecron/base/back_off.hpp"
#include "ecron/base/json_writer.hpp"
#include "ecron/base/log.hpp"
#include "ecron/base/off_loop.hpp"
#include "ecron/http/message.hpp"

namespace ecron::execution {
namespace {

namespace asio = boost::asio;

constexpr BackOff kPause{.first = Millis{200}, .max = Millis{5'000}};
constexpr Millis kLogTimeout{10'000};
constexpr Millis kSecondLook{1'000};

asio::awaitable<Result<JobState>> job_in(const Cluster& cluster, const ClusterAnswer& answer) {
    co_return co_await off_loop({cluster.server(), answer.body.size()},
                                [&] { return read_job(answer.body); });
}

constexpr std::string_view kBackground =
    R"({"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background"})";

}  // namespace

KubernetesRun::KubernetesRun(Setting setting, const AttemptOrder& order, JobManifest manifest, Millis timeout,
                             const KubernetesOptions& options, std::vector<std::string> secrets)
    : setting_(std::move(setting)),
      id_(order.execute_id),
      attempt_(order.attempt),
      manifest_(std::move(manifest)),
      timeout_(timeout),
      options_(options),
      mask_(std::move(secrets)),
      log_(std::make_shared<KubernetesLog>(
          setting_.io, setting_.clock,
          KubernetesLog::Source{setting_.cluster, manifest_.name_space, manifest_.name}, mask_,
          options.output_limit)),
      job_(setting_.watch->attend(manifest_.name)),
      posted_(order.resumed) {}

void KubernetesRun::cancel() {
    if (stop_ == Stop::no) stop_ = Stop::cancelled;
    job_->wake.notify();
}

void KubernetesRun::detach() {
    stop_ = Stop::detach;
    job_->wake.notify();
}

std::string KubernetesRun::jobs_path() const {
    return fmt::format("/apis/batch/v1/namespaces/{}/jobs", manifest_.name_space);
}

asio::awaitable<AttemptResult> KubernetesRun::run() {
    const auto self = shared_from_this();
    deadline_ = now() + timeout_;
    const Result<void> watched = co_await setting_.watch->established(options_.patience);
    // The Job is only created if its end can be observed.
    std::optional<AttemptResult> result;
    if (!watched && !posted_ && stop_ == Stop::no) result = failed(watched.error().what);
    if (!result) result = co_await create();
    if (!result) result = co_await wait_for_end();
    setting_.watch->forget(manifest_.name, job_);
    log_->stop();
    co_return finished(std::move(*result));
}

/// Creates the Job; nullopt: it exists. If a response is lost, the request is repeated until the outcome is
/// known: reporting a failure while the Job exists would let the next attempt run concurrently.
asio::awaitable<std::optional<AttemptResult>> KubernetesRun::create() {
    for (unsigned tries = 0;; ++tries) {
        if (stop_ != Stop::no) co_return co_await stopped();
        if (now() >= deadline_) co_return co_await timed_out();
        ClusterCall call{.method = "POST", .path = jobs_path(), .body = manifest_.text};
        const ClusterAnswer answer = co_await setting_.cluster->call(std::move(call));
        if (answer.ok()) {
            posted_ = true;
            if (const Result<JobState> state = co_await job_in(*setting_.cluster, answer)) created(*state);
            co_return std::nullopt;
        }
        if (answer.status == 409 || (answer.is_final() && posted_)) {
            std::optional<AttemptResult> unfit = co_await adopt(answer);
            if (unfit || adopted_) co_return unfit;
        } else if (answer.is_final()) {
            co_return failed(answer.what);
        } else {
            posted_ = posted_ || answer.status != 429;
            log::debug("failed to create Job, retrying: execute_id={} error={}", id_, answer.what);
        }
        co_await pause(tries, answer);
    }
}

/// Checks an existing Job of that name. Sets adopted_ if it belongs to this attempt; if not set and nullopt
/// is returned, the Job is to be created or looked up again.
asio::awaitable<std::optional<AttemptResult>> KubernetesRun::adopt(ClusterAnswer refusal) {
    const ClusterAnswer answer = co_await look();
    if (answer.status == 404 && refusal.status != 409) co_return failed(refusal.what);
    if (!answer.ok()) co_return std::nullopt;
    const Result<JobState> state = co_await job_in(*setting_.cluster, answer);
    if (!state) co_return std::nullopt;
    if (state->execute_id != id_.value())
        co_return failed(fmt::format("the Job {} is there already, and another's", manifest_.name));
    posted_ = adopted_ = true;
    created(*state);
    job_->state = *state;
    co_return std::nullopt;
}

/// The timeout runs from the creation of the Job, regardless of the node that watches it.
void KubernetesRun::created(const JobState& state) {
    job_->missing = false;
    if (!adopted_ || !state.created) return;
    const auto age = std::clamp(setting_.clock.now() - *state.created, Millis{0}, timeout_);
    deadline_ = now() + timeout_ - age;
}

asio::awaitable<std::optional<AttemptResult>> KubernetesRun::wait_for_end() {
    for (;;) {
        if (job_->state && job_->state->phase != JobPhase::going) co_return co_await ended(*job_->state);
        if (stop_ != Stop::no) co_return co_await stopped();
        if (now() >= deadline_) co_return co_await timed_out();
        if (job_->missing) {
            const ClusterAnswer answer = co_await look();
            if (answer.status == 404)
                co_return failed("the Job was deleted in the cluster before it had ended");
            job_->missing = !answer.ok();
            if (!answer.ok()) {
                co_await job_->wake.wait(kSecondLook);
                continue;
            }
        }
        co_await job_->wake.wait(deadline_ - now());
    }
}

asio::awaitable<AttemptResult> KubernetesRun::ended(JobState state) {
    co_await look_at_pod();
    if (state.phase == JobPhase::succeeded) {
        AttemptResult result;
        result.outcome = model::ExecutionState::success;
        co_return result;
    }
    std::string reason = pod_ ? pod_->end : "";
    if (!reason.empty() && !state.reason.empty()) reason += "; ";
    co_return failed(reason + (state.reason.empty() ? "the Job failed" : state.reason));
}

asio::awaitable<AttemptResult> KubernetesRun::timed_out() {
    std::string reason = fmt::format("no end within {}", format_duration(timeout_));
    if (posted_) {
        const ClusterAnswer answer = co_await look();
        const Result<JobState> state = answer.ok() ? co_await job_in(*setting_.cluster, answer) : JobState{};
        if (state && state->phase != JobPhase::going) co_return co_await ended(*state);
        co_await look_at_pod();
        if (pod_ && !pod_->waiting.empty()) reason += "; its pod waits: " + pod_->waiting;
        if (answer.ok() && !pod_) reason += "; it has no pod";
        if (answer.status == 0 || !answer.ok()) reason += "; " + answer.what;
    }
    const std::string left = co_await remove();
    if (!left.empty()) reason += "; " + left;
    AttemptResult result = failed(reason);
    result.timed_out = true;
    co_return result;
}

asio::awaitable<AttemptResult> KubernetesRun::stopped() {
    if (stop_ == Stop::detach) co_return failed("let go");
    co_await look_at_pod();
    const std::string left = co_await remove();
    AttemptResult result = failed(left.empty() ? "cancelled" : left);
    result.outcome = model::ExecutionState::interrupt;
    co_return result;
}

/// Deletes the Job and its pods. Returns an empty text if it is gone or never existed, otherwise the reason
/// why it may still run. A refusal is retried too: an operator may grant the permission meanwhile.
asio::awaitable<std::string> KubernetesRun::remove() {
    if (!posted_) co_return "";
    const SteadyInstant patience = now() + options_.remove_patience;
    for (unsigned tries = 0;; ++tries) {
        ClusterCall call{
            .method = "DELETE", .path = jobs_path() + '/' + manifest_.name, .body = std::string{kBackground}};
        const ClusterAnswer answer = co_await setting_.cluster->call(std::move(call));
        if (answer.ok() || answer.status == 404) co_return "";
        const bool last = now() >= patience || stop_ == Stop::detach;
        if (last || tries == 0)
            log::warn(
                "failed to delete Job: execute_id={} namespace={} kubernetes_job={} retrying={} error=\"{}\"",
                id_, manifest_.name_space, manifest_.name, !last, answer.what);
        if (last)
            co_return fmt::format("the Job {}/{} could not be deleted and may still run: {}",
                                  manifest_.name_space, manifest_.name, answer.what);
        co_await job_->wake.wait(kPause.after(tries + 1));
    }
}

asio::awaitable<ClusterAnswer> KubernetesRun::look() {
    ClusterCall call{.path = jobs_path() + '/' + manifest_.name, .timeout = kLogTimeout};
    co_return co_await setting_.cluster->call(std::move(call));
}

asio::awaitable<void> KubernetesRun::look_at_pod() {
    if (!posted_) co_return;
    ClusterCall call{.path = fmt::format("/api/v1/namespaces/{}/pods?labelSelector={}", manifest_.name_space,
                                         http::percent_encode("job-name=" + manifest_.name)),
                     .timeout = kLogTimeout};
    const ClusterAnswer answer = co_await setting_.cluster->call(std::move(call));
    if (!answer.ok()) {
        log_error_ = answer.what;
        co_return;
    }
    pod_ = co_await off_loop({setting_.cluster->server(), answer.body.size()},
                             [&] { return newest_pod(answer.body); });
    if (pod_ && (pod_->exit_code || pod_->waiting.empty())) co_await fetch_log();
}

/// The tail of the log: a line has at least one byte, so this number of lines covers that number of bytes.
asio::awaitable<void> KubernetesRun::fetch_log() {
    ClusterCall call{.path = fmt::format("/api/v1/namespaces/{}/pods/{}/log?container={}&tailLines={}",
                                         manifest_.name_space, http::percent_encode(pod_->name),
                                         http::percent_encode(pod_->container),
                                         std::max<std::size_t>(1, options_.output_limit)),
                     .timeout = kLogTimeout,
                     .on_body = [this](std::string_view piece) {
                         keep(mask_.feed(piece));
                         if (output_.size() > 2 * options_.output_limit)
                             output_.erase(0, output_.size() - options_.output_limit);
                         return true;
                     }};
    const ClusterAnswer answer = co_await setting_.cluster->call(std::move(call));
    if (!answer.ok()) log_error_ = answer.what;
    keep(mask_.finish());
    if (output_.size() > options_.output_limit) output_.erase(0, output_.size() - options_.output_limit);
}

void KubernetesRun::keep(std::string_view text) {
    output_ += text;
    output_size_ += text.size();
}

asio::awaitable<void> KubernetesRun::pause(unsigned tries, const ClusterAnswer& answer) {
    const Millis own = kPause.after(tries + 1);
    const std::chrono::microseconds left = std::max(deadline_ - now(), SteadyInstant::duration{0});
    co_await job_->wake.wait(
        std::min<std::chrono::microseconds>(std::max(own, answer.retry_after.value_or(own)), left));
}

AttemptResult KubernetesRun::failed(const std::string& reason) {
    AttemptResult result;
    result.reason = mask_.whole(reason);
    return result;
}

AttemptResult KubernetesRun::finished(AttemptResult result) {
    if (pod_ && pod_->exit_code) result.code = *pod_->exit_code;
    result.output = std::move(output_);
    JsonWriter json{result.detail};
    json.begin_object()
        .member("cluster", setting_.cluster->server())
        .member("namespace", manifest_.name_space)
        .member("job", manifest_.name);
    if (pod_) json.member("pod", pod_->name);
    if (pod_ && pod_->exit_code) json.member("exit_code", std::int64_t{*pod_->exit_code});
    if (output_size_ > 0) json.member("output_size", static_cast<std::int64_t>(output_size_));
    if (adopted_) json.key("adopted").boolean(true);
    if (!log_error_.empty()) json.member("log_error", log_error_);
    json.end_object();
    return result;
}

}  // namespace ecron::execution
