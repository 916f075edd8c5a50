#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "ecron/base/async.hpp"
#include "execution/kubernetes/kubernetes_cluster.hpp"
#include "execution/kubernetes/kubernetes_state.hpp"

namespace ecron::execution {

/// The state of one attended Job.
struct WatchedJob {
    explicit WatchedJob(boost::asio::io_context& io) : wake(io) {}
    Wakeup wake;  // signalled on changes
    std::optional<JobState> state{};
    bool missing{false};  // not contained in a list, or reported as deleted
};

/// Shared limits on the memory and time used by all watches, regardless of the API servers' responses.
/// Threads: the io_context's.
struct WatchBudget {
    explicit WatchBudget(boost::asio::io_context& io) : list_ended(io) {}

    static constexpr std::size_t kMaxLists = 4;                       // pages read concurrently
    static constexpr std::size_t kMaxLineBytes = 32UL * 1024 * 1024;  // incomplete lines and queued events

    std::size_t lists{0};
    std::size_t line_bytes{0};
    Wakeup list_ended;
};

/// Tracks ecron's Jobs in one namespace of one cluster with one list followed by one watch, regardless of
/// their number. A watch is resumed from the last reported version; if the API server no longer has it (410
/// Gone), the Jobs are listed again. A watch that ends or fails is restarted with back-off; one without
/// events lasts a minute. It ends with the last attended Job, even in the middle of a response. Pages, bytes
/// of a list and the length of a line are bounded; an API server that exceeds a bound is treated as failed.
/// Held by a shared_ptr, because its coroutine keeps it alive. Source: Kubernetes API Concepts, "Efficient
/// detection of changes".
class JobWatch : public std::enable_shared_from_this<JobWatch> {
public:
    JobWatch(boost::asio::io_context& io, std::shared_ptr<Cluster> cluster, std::string name_space,
             Millis longest_silence, std::shared_ptr<WatchBudget> budget);
    ~JobWatch();
    JobWatch(const JobWatch&) = delete;
    JobWatch& operator=(const JobWatch&) = delete;

    /// Starts tracking the Job with that name; the latest caller is notified of changes.
    std::shared_ptr<WatchedJob> attend(const std::string& name);
    void forget(const std::string& name, const std::shared_ptr<WatchedJob>& job);
    /// Waits until the Jobs are known. Returns an error at once if the API server has refused, or after
    /// `patience`.
    boost::asio::awaitable<Result<void>> established(Millis patience);
    [[nodiscard]] bool is_running() const { return running_; }
    [[nodiscard]] const std::shared_ptr<Cluster>& cluster() const { return cluster_; }
    void stop();

private:
    enum class Standing : std::uint8_t { connecting, watching, broken };

    boost::asio::awaitable<void> run();
    boost::asio::awaitable<bool> list();
    boost::asio::awaitable<Result<JobPage>> read_next_page(std::string next);
    [[nodiscard]] bool is_wanted() const { return !stopping_ && (!jobs_.empty() || asking_ > 0); }
    bool broken(std::string trouble);
    void count_bytes();
    boost::asio::awaitable<bool> watch();
    bool take(std::string_view piece);
    void take_line(std::string line);
    boost::asio::awaitable<void> take_queued();
    void take_event(Result<WatchEvent> event);
    void tell(JobState state, bool deleted);
    void stand(Standing standing, std::string trouble = {}, bool refused = false);
    [[nodiscard]] std::string path(std::string_view query) const;

    boost::asio::io_context& io_;
    std::shared_ptr<Cluster> cluster_;
    const std::string name_space_;
    const Millis longest_silence_;
    Gate gate_;
    Wakeup standing_changed_, poke_, events_taken_;
    std::unordered_map<std::string, std::shared_ptr<WatchedJob>> jobs_;
    std::string version_;             // version to continue from; empty: the Jobs have to be listed
    std::string line_;                // incomplete last line
    std::deque<std::string> events_;  // lines not taken yet
    std::shared_ptr<WatchBudget> budget_;
    std::size_t queued_{0};      // bytes of events_
    std::size_t counted_{0};     // bytes of line_ and events_ counted in the budget
    std::size_t page_size_;      // Jobs per page; fewer if they are large
    std::size_t list_bytes_{0};  // of the list being read
    Standing standing_{Standing::connecting};
    std::string trouble_;
    bool refused_{false};
    bool heard_{false};  // the current watch has received data
    bool ended_{false};  // the current watch cannot continue
    std::size_t asking_{0};
    bool running_{false};
    bool stopping_{false};
};

}  // namespace ecron::execution
