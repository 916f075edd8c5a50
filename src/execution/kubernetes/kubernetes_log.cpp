#include "execution/kubernetes/kubernetes_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ecron/base/off_loop.hpp"
#include "ecron/http/message.hpp"
#include "execution/kubernetes/kubernetes_state.hpp"

namespace ecron::execution {
namespace {

namespace asio = boost::asio;

constexpr Millis kPause{1'000};
constexpr Millis kInterest{10'000};  // reading stops if output was not requested for this time
constexpr Millis kTimeout{10'000};
constexpr std::size_t kSeconds = std::string_view{"2026-01-05T10:00:00"}.size();

/// Converts a timestamp to text that sorts chronologically, regardless of the number of digits.
std::string ordered(std::string_view time) {
    std::string digits{time.substr(0, time.find('Z'))};
    if (digits.size() == kSeconds) digits += '.';
    digits.resize(std::max(digits.size(), kSeconds + 10), '0');
    return digits;
}

}  // namespace

KubernetesLog::KubernetesLog(asio::io_context& io, const Clock& clock, Source source, Mask mask,
                             std::size_t limit)
    : clock_(clock),
      source_(std::move(source)),
      mask_(std::move(mask)),
      limit_(std::max<std::size_t>(1, limit)),
      wake_(io),
      text_(limit_) {}

LiveOutput KubernetesLog::since(int attempt, std::uint64_t begin) {
    asked_ = clock_.steady();
    return live_output(text_, attempt, begin);
}

void KubernetesLog::stop() {
    stopped_ = true;
    wake_.notify();
}

asio::awaitable<void> KubernetesLog::read() {
    const auto self = shared_from_this();
    while (!stopped_ && clock_.steady() - asked_ < kInterest) {
        co_await read_once();
        if (!stopped_) co_await wake_.wait(kPause);
    }
    reading_ = false;
}

/// As for the stored log: a line has at least one byte, so this number of lines covers the bytes that are
/// kept.
asio::awaitable<void> KubernetesLog::read_once() {
    const std::string pod = co_await pod_path();
    if (pod.empty() || stopped_) co_return;
    line_.clear();
    to_skip_ = at_last_time_;
    const std::string from = last_time_.empty()
                                 ? fmt::format("tailLines={}", limit_)
                                 : fmt::format("sinceTime={}Z", last_time_.substr(0, kSeconds));
    ClusterCall call{.path = pod + "&timestamps=true&" + from,
                     .timeout = kTimeout,
                     .on_body = [self = shared_from_this()](std::string_view piece) {
                         self->take(piece);
                         return !self->stopped_;
                     }};
    static_cast<void>(
        co_await source_.cluster->call(std::move(call)));  // errors are ignored; the next call may succeed
}

/// Empty: there is no pod yet, or its container has not started.
asio::awaitable<std::string> KubernetesLog::pod_path() {
    const std::string pods = fmt::format("/api/v1/namespaces/{}/pods", source_.name_space);
    ClusterCall call{.path = pods + "?labelSelector=" + http::percent_encode("job-name=" + source_.job),
                     .timeout = kTimeout};
    const ClusterAnswer answer = co_await source_.cluster->call(std::move(call));
    if (!answer.ok()) co_return "";
    const std::optional<PodState> pod = co_await off_loop({source_.cluster->server(), answer.body.size()},
                                                          [&] { return newest_pod(answer.body); });
    if (!pod || !pod->waiting.empty()) co_return "";
    co_return fmt::format("{}/{}/log?container={}", pods, http::percent_encode(pod->name),
                          http::percent_encode(pod->container));
}

void KubernetesLog::take(std::string_view piece) {
    while (!piece.empty()) {
        const std::size_t end = piece.find('\n');
        const std::string_view part = piece.substr(0, end);
        line_ += part.substr(0, limit_ + kSeconds * 2 - std::min(line_.size(), limit_ + kSeconds * 2));
        if (end == piece.npos) return;
        take_line(std::exchange(line_, {}));
        piece.remove_prefix(end + 1);
    }
}

void KubernetesLog::take_line(std::string_view line) {
    const std::size_t space = line.find(' ');
    if (space == line.npos || space < kSeconds) return;
    std::string time = ordered(line.substr(0, space));
    if (time < last_time_) return;
    if (time == last_time_) {
        if (to_skip_ > 0) {
            --to_skip_;
            return;
        }
        ++at_last_time_;
    } else {
        last_time_ = std::move(time);
        at_last_time_ = 1;
        to_skip_ = 0;
    }
    text_.append(Stream::output, mask_.feed(std::string{line.substr(space + 1)} + '\n'));
}

}  // namespace ecron::execution
