#include "execution/kubernetes/kubernetes_watch.hpp"

#include <fmt/format.h>

#include <unordered_set>

#include "ecron/base/back_off.hpp"
#include "ecron/base/log.hpp"
#include "ecron/base/off_loop.hpp"
#include "ecron/http/message.hpp"
#include "execution/kubernetes/kubernetes_manifest.hpp"

namespace ecron::execution {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kPage = 100;
constexpr std::size_t kMaxPages = 1'000;
constexpr std::size_t kPageBytes = 8UL * 1024 * 1024;
constexpr std::size_t kListBytes = 256UL * 1024 * 1024;
constexpr std::size_t kLongestLine = 4UL * 1024 * 1024;  // Kubernetes limits an object to 1.5 MiB
constexpr std::string_view kTooLong = "the API server's list of Jobs does not end";
constexpr BackOff kPause{.first = Millis{100}, .max = Millis{10'000}};
constexpr Millis kListTimeout{30'000};

}  // namespace

JobWatch::JobWatch(asio::io_context& io, std::shared_ptr<Cluster> cluster, std::string name_space,
                   Millis longest_silence, std::shared_ptr<WatchBudget> budget)
    : io_(io),
      cluster_(std::move(cluster)),
      name_space_(std::move(name_space)),
      longest_silence_(longest_silence),
      gate_(io),
      standing_changed_(io),
      poke_(io),
      events_taken_(io),
      budget_(std::move(budget)),
      page_size_(kPage) {}

JobWatch::~JobWatch() {
    line_.clear();
    queued_ = 0;
    count_bytes();
}

std::shared_ptr<WatchedJob> JobWatch::attend(const std::string& name) {
    auto job = std::make_shared<WatchedJob>(io_);
    jobs_[name] = job;
    if (!std::exchange(running_, true)) gate_.spawn("watch of Jobs", run());
    return job;
}

void JobWatch::forget(const std::string& name, const std::shared_ptr<WatchedJob>& job) {
    if (const auto found = jobs_.find(name); found != jobs_.end() && found->second == job) jobs_.erase(found);
    if (!is_wanted()) poke_.notify();
}

void JobWatch::stop() {
    stopping_ = true;
    poke_.notify();
}

void JobWatch::stand(Standing standing, std::string trouble, bool refused) {
    if (standing == Standing::broken && standing_ != Standing::broken)
        log::warn("failed to watch Jobs: cluster={} namespace={} error={}", cluster_->server(), name_space_,
                  trouble);
    if (standing == Standing::watching && standing_ == Standing::broken)
        log::info("watching Jobs again: cluster={} namespace={}", cluster_->server(), name_space_);
    standing_ = standing;
    trouble_ = std::move(trouble);
    refused_ = refused;
    standing_changed_.notify();
}

asio::awaitable<Result<void>> JobWatch::established(Millis patience) {
    const auto self = shared_from_this();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    ++asking_;
    if (standing_ == Standing::broken) {  // reports the current state, not that of the last attempt
        standing_ = Standing::connecting;
        poke_.notify();
    }
    while (standing_ != Standing::watching && !(standing_ == Standing::broken && refused_)) {
        const auto left = deadline - std::chrono::steady_clock::now();
        if (left <= left.zero()) break;
        co_await standing_changed_.wait(std::chrono::ceil<std::chrono::microseconds>(left));
    }
    --asking_;
    if (standing_ == Standing::watching) co_return Result<void>{};
    co_return fail(Errc::unavailable, trouble_.empty() ? "the API server does not answer" : trouble_);
}

asio::awaitable<void> JobWatch::run() {
    const auto self = shared_from_this();
    for (unsigned failures = 0; is_wanted();) {
        bool in_order = true;
        if (version_.empty()) in_order = co_await list();
        if (in_order) {
            stand(Standing::watching);
            in_order = co_await watch();
        }
        failures = in_order ? 0 : failures + 1;
        if (!in_order && is_wanted()) co_await poke_.wait(kPause.after(failures));
    }
    running_ = false;
    version_.clear();
    standing_ = Standing::connecting;
}

std::string JobWatch::path(std::string_view query) const {
    return fmt::format("/apis/batch/v1/namespaces/{}/jobs?labelSelector={}&{}", name_space_,
                       http::percent_encode(kAttemptLabel), query);
}

bool JobWatch::broken(std::string trouble) {
    version_.clear();
    stand(Standing::broken, std::move(trouble));
    return false;
}

/// Error: the state of the watch has been updated.
asio::awaitable<Result<JobPage>> JobWatch::read_next_page(std::string next) {
    std::string query = fmt::format("limit={}", page_size_);
    if (!next.empty()) query += "&continue=" + http::percent_encode(next);
    while (budget_->lists >= WatchBudget::kMaxLists && is_wanted())
        co_await budget_->list_ended.wait(kListTimeout);
    ++budget_->lists;
    ClusterCall call{.path = path(query), .timeout = kListTimeout, .body_limit = kPageBytes};
    const ClusterAnswer answer = co_await cluster_->call(std::move(call));
    --budget_->lists;
    budget_->list_ended.notify();
    if (!answer.ok()) {
        version_.clear();
        if (answer.too_large) page_size_ = std::max<std::size_t>(1, page_size_ / 4);
        if (answer.status != 410) stand(Standing::broken, answer.what, answer.is_final());
        co_return fail(Errc::unavailable, answer.what);
    }
    list_bytes_ += answer.body.size();
    Result<JobPage> page =
        co_await off_loop({cluster_->server(), answer.body.size()}, [&] { return read_page(answer.body); });
    if (!page) broken(page.error().what);
    co_return page;
}

asio::awaitable<bool> JobWatch::list() {
    std::unordered_set<std::string> unseen;  // a Job attended later may be newer than the list
    for (const auto& [name, job] : jobs_) unseen.insert(name);
    std::string next;
    list_bytes_ = 0;
    for (std::size_t pages = 0; pages == 0 || !next.empty(); ++pages) {
        if (pages == kMaxPages || list_bytes_ > kListBytes) co_return broken(std::string{kTooLong});
        Result<JobPage> page = co_await read_next_page(next);
        if (!page) co_return false;
        for (JobState& job : page->jobs) {
            unseen.erase(job.name);
            tell(std::move(job), false);
        }
        version_ = page->resource_version;
        if (!next.empty() && page->next == next) co_return broken(std::string{kTooLong});
        next = std::move(page->next);
        if (!next.empty() && !is_wanted()) {
            version_.clear();
            co_return false;
        }
    }
    for (const std::string& name : unseen) {
        const auto found = jobs_.find(name);
        if (found == jobs_.end()) continue;
        found->second->missing = true;
        found->second->wake.notify();
    }
    co_return true;
}

/// False: wait before the next watch.
asio::awaitable<bool> JobWatch::watch() {
    heard_ = ended_ = false;
    const auto seconds = std::chrono::ceil<Seconds>(longest_silence_);
    ClusterCall call{
        .path = path(fmt::format("watch=1&allowWatchBookmarks=true&resourceVersion={}&timeoutSeconds={}",
                                 http::percent_encode(version_), seconds.count())),
        .timeout = longest_silence_ + longest_silence_ / 10,  // the server is expected to end it before
        .on_body = [this](std::string_view piece) { return take(piece); }};
    const ClusterAnswer answer = co_await cluster_->call(std::move(call));
    std::string{}.swap(line_);
    while (!events_.empty()) co_await events_taken_.wait(kListTimeout);
    count_bytes();
    if (answer.status != 0 && !answer.ok() && answer.status != 410)
        stand(Standing::broken, answer.what, answer.is_final());
    // Silence may mean no events, or a dead connection: list the Jobs again to find out.
    if (!heard_) version_.clear();
    co_return answer.ok();
}

bool JobWatch::take(std::string_view piece) {
    heard_ = true;
    for (std::size_t end = piece.find('\n'); end != piece.npos; end = piece.find('\n')) {
        line_ += piece.substr(0, end);
        piece.remove_prefix(end + 1);
        if (!line_.empty()) take_line(std::exchange(line_, {}));
    }
    line_ += piece;
    count_bytes();
    const bool fits = budget_->line_bytes <= WatchBudget::kMaxLineBytes;
    if (line_.size() > kLongestLine || (!fits && events_.empty()))
        return broken("an event of the API server's watch is too long");
    return fits && !ended_ && is_wanted();  // the next watch continues after the queued events
}

void JobWatch::count_bytes() {
    const std::size_t bytes = line_.size() + queued_;
    budget_->line_bytes += bytes - counted_;
    counted_ = bytes;
}

/// Events are taken in their order, large ones beside the io_context's thread.
void JobWatch::take_line(std::string line) {
    if (ended_) return;
    if (events_.empty() && line.size() <= kLargeWork) return take_event(read_event(line));
    queued_ += line.size();
    events_.push_back(std::move(line));
    if (events_.size() == 1) gate_.spawn("events of a watch", take_queued());
}

asio::awaitable<void> JobWatch::take_queued() {
    const auto self = shared_from_this();
    while (!events_.empty()) {
        const std::string& line = events_.front();
        auto event =
            co_await off_loop({cluster_->server(), line.size()}, [&line] { return read_event(line); });
        if (!ended_) take_event(std::move(event));
        queued_ -= line.size();
        events_.pop_front();
        count_bytes();
    }
    events_taken_.notify();
}

/// Sets ended_ if this watch cannot continue.
void JobWatch::take_event(Result<WatchEvent> event) {
    if (!event || event->kind == WatchEvent::Kind::error || event->kind == WatchEvent::Kind::gone) {
        const bool gone = event && event->kind == WatchEvent::Kind::gone;
        if (!gone)
            log::warn("watch of Jobs ended with an error: cluster={} namespace={} error={}",
                      cluster_->server(), name_space_, event ? event->what : event.error().what);
        version_.clear();
        ended_ = true;
        return;
    }
    if (!event->resource_version.empty()) version_ = event->resource_version;
    if (event->kind != WatchEvent::Kind::bookmark)
        tell(std::move(event->job), event->kind == WatchEvent::Kind::deleted);
}

void JobWatch::tell(JobState state, bool deleted) {
    const auto found = jobs_.find(state.name);
    if (found == jobs_.end()) return;
    found->second->missing = deleted;
    found->second->state = std::move(state);
    found->second->wake.notify();
}

}  // namespace ecron::execution
