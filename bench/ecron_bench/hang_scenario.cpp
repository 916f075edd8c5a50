#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "bare/target_server.hpp"
#include "ecron/execution/executors.hpp"
#include "ecron_bench/scenarios.hpp"
#include "ecron_bench/statistics.hpp"

/// Lateness of other tenants' runs while one tenant's targets hang: the pool, its HTTP executor and real
/// sockets, without scheduler and store.
namespace ecron::bench {
namespace {

namespace asio = boost::asio;
using std::chrono::system_clock;

constexpr std::size_t kHanging = 1'000;
constexpr std::size_t kLimit = 1'000;  // the pool's default
constexpr std::size_t kPerHost = 256;
constexpr std::size_t kTenants = 10;   // of the measured runs
constexpr Millis kHangTimeout{2'000};  // plus a millisecond for each further one; then it is retried
constexpr std::chrono::milliseconds kSettle{500};  // until all of them hang
constexpr double kMaxAdded = 1;                    // ms, of p99

/// Targets that accept every connection and never respond; the connections stay in the kernel's queue.
class HangingTargets {
public:
    HangingTargets() {
        for (std::size_t i = 0; i < kHanging; ++i) listen_once();
    }
    ~HangingTargets() {
        for (const int fd : listeners_) ::close(fd);
    }
    HangingTargets(const HangingTargets&) = delete;
    HangingTargets& operator=(const HangingTargets&) = delete;
    [[nodiscard]] const std::vector<std::string>& urls() const { return urls_; }

private:
    void listen_once() {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd >= 0) listeners_.push_back(fd);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (fd < 0 || ::bind(fd, generic, size) != 0 || ::listen(fd, SOMAXCONN) != 0 ||
            ::getsockname(fd, generic, &size) != 0)
            throw std::runtime_error("failed to listen as a hanging target");
        urls_.push_back(fmt::format("http://127.0.0.1:{}/hang", ntohs(address.sin_port)));
    }

    std::vector<int> listeners_;
    std::vector<std::string> urls_;
};

/// Allows a listener and a connection for each target.
void allow_descriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const rlim_t wanted = std::min<rlim_t>(limit.rlim_max, 16'384);
    if (limit.rlim_cur >= wanted) return;
    limit.rlim_cur = wanted;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

execution::TaskPtr task_of(const std::string& tenant, const std::string& url, Millis timeout) {
    auto task = std::make_shared<execution::Task>();
    task->tenant = TenantId{tenant};
    task->context.exec = url;
    task->context.timeout = timeout;
    return task;
}

class HangStage {
public:
    HangStage(asio::io_context& io, execution::Pool& pool, std::size_t rate, std::chrono::seconds seconds)
        : io_(io),
          pool_(pool),
          timer_(io),
          rate_(rate),
          seconds_(seconds) {
        const std::string url = fmt::format("http://127.0.0.1:{}/run", target_.port());
        for (std::size_t i = 0; i < kTenants; ++i)
            tasks_.push_back(task_of(fmt::format("tenant-{}", i), url, Millis{60'000}));
    }

    /// Measures ms from the due time to the request at the target.
    Distribution measure() {
        plan();
        submit_due();
        while (ended_ < due_.size()) io_.run_one();
        std::vector<double> lateness;
        const std::scoped_lock lock{mutex_};
        for (std::size_t i = 0; i < due_.size(); ++i) {
            const auto arrived = arrivals_.find(id(i));
            if (arrived == arrivals_.end()) continue;
            lateness.push_back(std::chrono::duration<double, std::milli>(arrived->second - due_[i]).count());
        }
        missing_ += due_.size() - lateness.size();
        return distribution(std::move(lateness));
    }
    /// Starts runs against these targets, retried after each timeout until release(). Returns when all have
    /// started.
    void hang(const std::vector<std::string>& urls) {
        hanging_ = true;
        Millis timeout = kHangTimeout;
        for (const std::string& url : urls) hang_once(task_of("hangs", url, timeout++));
        io_.run_for(kSettle);
    }
    void release() {
        hanging_ = false;
        while (pool_.running() + pool_.waiting() > 0) io_.run_one();
    }
    [[nodiscard]] std::size_t missing() const { return missing_; }
    [[nodiscard]] std::size_t timed_out() const { return timed_out_; }

private:
    void plan() {
        const std::size_t count = rate_ * static_cast<std::size_t>(seconds_.count());
        std::uniform_int_distribution<std::int64_t> millis{0,
                                                           std::chrono::milliseconds{seconds_}.count() - 1};
        const auto begin = system_clock::now() + std::chrono::milliseconds{100};
        due_.clear();
        for (std::size_t i = 0; i < count; ++i)
            due_.push_back(begin + std::chrono::milliseconds{millis(random_)});
        std::ranges::sort(due_);
        ++round_;
        submitted_ = ended_ = 0;
    }
    [[nodiscard]] std::string id(std::size_t number) const {
        return fmt::format("run-{}-{}", round_, number);
    }

    void submit_due() {
        for (const auto now = system_clock::now(); submitted_ < due_.size() && due_[submitted_] <= now;
             ++submitted_)
            pool_.submit({.execute_id = ExecuteId{id(submitted_)}, .task = tasks_[submitted_ % kTenants]},
                         [this](const execution::AttemptResult&) { ++ended_; });
        if (submitted_ == due_.size()) return;
        timer_.expires_after(due_[submitted_] - system_clock::now());
        timer_.async_wait([this](boost::system::error_code failed) {
            if (!failed) submit_due();
        });
    }

    void hang_once(const execution::TaskPtr& task) {
        const std::string name = fmt::format("hang-{}", ++hangs_);
        pool_.submit({.execute_id = ExecuteId{name}, .task = task},
                     [this, task](const execution::AttemptResult& result) {
                         if (result.outcome == model::ExecutionState::failure) ++timed_out_;
                         if (hanging_) hang_once(task);
                     });
    }

    void record(const Arrival& arrival) {
        const std::scoped_lock lock{mutex_};
        arrivals_.emplace(arrival.field("Idempotency-Key"), arrival.at);
    }

    asio::io_context& io_;
    execution::Pool& pool_;
    asio::steady_timer timer_;
    const std::size_t rate_;
    const std::chrono::seconds seconds_;
    std::mt19937 random_{7};
    std::vector<execution::TaskPtr> tasks_;
    std::vector<system_clock::time_point> due_;
    std::size_t round_{0}, submitted_{0}, ended_{0}, missing_{0};
    std::size_t hangs_{0}, timed_out_{0};
    bool hanging_{false};
    std::mutex mutex_;
    std::unordered_map<std::string, system_clock::time_point> arrivals_;
    TargetServer target_{[this](const Arrival& arrival) { record(arrival); }};  // its thread uses the others
};

void add(Report& report, const std::string& name, const Distribution& lateness) {
    report.add({name + ": lateness p50", lateness.p50, "ms"});
    report.add({name + ": lateness p99", lateness.p99, "ms"});
    report.add({name + ": lateness max", lateness.max, "ms"});
}

}  // namespace

void measure_hang(const Options& options, Report& report) {
    allow_descriptors();
    const HangingTargets hanging;
    asio::io_context io{1};
    const SystemClock clock;
    const execution::Secrets none;
    http::Client client{io, {.connections_kept = kLimit, .connections_per_host = kPerHost}};
    const auto runner = execution::make_http_runner(io, client, none, {});
    const auto pool = execution::make_pool(clock, {{.kind = &execution::kHttpExecutor,
                                                    .runner = runner.get(),
                                                    .limit = kLimit,
                                                    .per_host = kPerHost,
                                                    .tenants = execution::Tenants::many}});
    HangStage stage{io, *pool, options.rate, options.seconds};
    static_cast<void>(stage.measure());  // warms up the connections
    const Distribution alone = stage.measure();
    stage.hang(hanging.urls());
    const Distribution beside = stage.measure();
    stage.release();
    add(report, "without", alone);
    add(report, fmt::format("beside {} that hang", kHanging), beside);
    report.add({"p99 beside them", beside.p99, "ms", limit("p99 without", alone.p99, beside.p99)});
    report.add({"p99 added by them", beside.p99 - alone.p99, "ms", {}, at_most(kMaxAdded)});
    report.check("every run reached its target", stage.missing() == 0,
                 fmt::format("{} did not", stage.missing()));
    report.check("requests to hanging targets timed out and were retried", stage.timed_out() >= kHanging,
                 fmt::format("{} time-outs", stage.timed_out()));
}

}  // namespace ecron::bench
