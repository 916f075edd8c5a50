#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "ecron/base/async.hpp"
#include "execution/kubernetes_cluster.hpp"
#include "execution/kubernetes_state.hpp"

namespace ecron::execution {

/// What is known of one Job that somebody waits for.
struct WatchedJob {
    explicit WatchedJob(boost::asio::io_context& io) : wake(io) {}
    Wakeup wake;  // there is news
    std::optional<JobState> state{};
    bool missing{false};  // a list does not have it, or it was told to be deleted
};

/// What all watches may take together of the memory and the time of this process, whatever API servers
/// answer. Threads: the io_context's.
struct WatchBudget {
    explicit WatchBudget(boost::asio::io_context& io) : list_ended(io) {}

    static constexpr std::size_t kMostLists = 4;                       // pages that are read at once
    static constexpr std::size_t kMostLineBytes = 32UL * 1024 * 1024;  // lines that have not ended

    std::size_t lists{0};
    std::size_t line_bytes{0};
    Wakeup list_ended;
};

/// Knows ecron's Jobs in one namespace of one cluster by one list and then one watch, however many they are.
/// The watch is resumed from the last version that it told of; where the API server knows that no longer (410
/// Gone), the Jobs are listed anew. A watch that ends or breaks is begun anew, with back-off; one that says
/// nothing lasts a minute. It ends with the last Job that is waited for, also in the middle of an answer.
/// Pages, bytes of a list and the length of a line are bounded; an API server that exceeds a bound counts as
/// broken. Owned by a shared_ptr, because its coroutine holds it. Source: Kubernetes API Concepts, "Efficient
/// detection of changes".
class JobWatch : public std::enable_shared_from_this<JobWatch> {
public:
    JobWatch(boost::asio::io_context& io, std::shared_ptr<Cluster> cluster, std::string name_space,
             Millis longest_silence, std::shared_ptr<WatchBudget> budget);
    ~JobWatch();
    JobWatch(const JobWatch&) = delete;
    JobWatch& operator=(const JobWatch&) = delete;

    /// From now on there is news of the Job with that name, for whoever asked last.
    std::shared_ptr<WatchedJob> attend(const std::string& name);
    void forget(const std::string& name, const std::shared_ptr<WatchedJob>& job);
    /// Waits until the Jobs are known; else why they are not: at once when the API server has refused, or
    /// when that takes too long.
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
    void count_line();
    boost::asio::awaitable<bool> watch();
    bool take(std::string_view piece);
    bool take_line(std::string_view line);
    void tell(JobState state, bool deleted);
    void stand(Standing standing, std::string trouble = {}, bool refused = false);
    [[nodiscard]] std::string path(std::string_view query) const;

    boost::asio::io_context& io_;
    std::shared_ptr<Cluster> cluster_;
    const std::string name_space_;
    const Millis longest_silence_;
    Gate gate_;
    Wakeup standing_changed_, poke_;
    std::unordered_map<std::string, std::shared_ptr<WatchedJob>> jobs_;
    std::string version_;  // to go on from; empty: the Jobs are to be listed
    std::string line_;     // the beginning of one
    std::shared_ptr<WatchBudget> budget_;
    std::size_t line_counted_{0};  // bytes of line_ in the budget
    std::size_t page_size_;        // Jobs of a page; fewer where they are large
    std::size_t list_bytes_{0};    // of the list that is being read
    Standing standing_{Standing::connecting};
    std::string trouble_;
    bool refused_{false};
    bool heard_{false};  // the watch under way has said something
    std::size_t asking_{0};
    bool running_{false};
    bool stopping_{false};
};

}  // namespace ecron::execution
