#include <sys/mman.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "bare/curl_loop.hpp"
#include "bare/spawn_loop.hpp"
#include "bare/target_server.hpp"
#include "ecron/execution/executors.hpp"
#include "ecron_bench/scenarios.hpp"
#include "ecron_bench/statistics.hpp"

/// The capacity of the pool without scheduler and store: attempts of one job, one after the other.
namespace ecron::bench {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kRequestsAtOnce = 64;
constexpr std::size_t kCommandsAtOnce = 4;
constexpr std::uint64_t kRequests = 100'000;
constexpr std::uint64_t kCommands = 2'000;
constexpr std::size_t kResident = 1UL << 30;

struct Reached {
    double per_second{};
    std::uint64_t failures{};
};

/// Runs that many attempts of a job with `at_once` of them submitted at any time.
Reached run_attempts(asio::io_context& io, execution::Pool& pool, const model::Context& context,
                     std::size_t at_once, std::uint64_t count) {
    auto task = std::make_shared<execution::Task>();
    task->context = context;
    Reached reached;
    std::uint64_t submitted = 0, ended = 0;
    const std::function<void()> submit = [&] {
        const std::string id = fmt::format("00000000-0000-8000-8000-{:012x}", ++submitted);
        pool.submit({.execute_id = ExecuteId{id}, .task = task}, [&](const execution::AttemptResult& result) {
            if (result.outcome != model::ExecutionState::success) ++reached.failures;
            ++ended;
            if (submitted < count) submit();
        });
    };
    const auto work = asio::make_work_guard(io);
    const auto begin = std::chrono::steady_clock::now();
    while (submitted < std::min<std::uint64_t>(at_once, count)) submit();
    while (ended < count) io.run_one();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    reached.per_second = static_cast<double>(count) / took.count();
    return reached;
}

/// Resident memory during the object's lifetime.
class Resident {
public:
    Resident()
        : area_(::mmap(nullptr, kResident, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
                       -1, 0)) {
        if (area_ == MAP_FAILED) throw std::runtime_error("no memory for the measurement");
    }
    ~Resident() { ::munmap(area_, kResident); }
    Resident(const Resident&) = delete;
    Resident& operator=(const Resident&) = delete;

private:
    void* area_;
};

}  // namespace

void measure_command(const Options& options, Report& report) {
    const std::string folder = fmt::format("/tmp/ecron-bench-run-{}", ::getpid());
    const SystemClock clock;
    const execution::Secrets none;
    const model::Context context{.mode = model::Mode::exe, .exec = "/bin/true"};
    std::vector<double> bare, reached, resident;
    std::uint64_t failures = 0;
    for (std::size_t round = 0; round < options.repeat; ++round) {
        const SpawnLoopResult limit = run_spawn_loop(kCommandsAtOnce, kCommands);
        bare.push_back(limit.per_second);
        // Not earlier: the command executor kills children of this process that it did not start.
        asio::io_context io{1};
        const auto runner = execution::make_command_runner(
            io, none, {.enabled = true, .limit = kCommandsAtOnce, .as_self = true, .run_directory = folder});
        if (!runner) throw std::runtime_error(runner.error().what);
        const auto pool = execution::make_pool(
            clock,
            {{.kind = &execution::kCommandExecutor, .runner = runner->get(), .limit = kCommandsAtOnce}});
        const Reached small = run_attempts(io, *pool, context, kCommandsAtOnce, kCommands);
        reached.push_back(small.per_second);
        const Resident memory;
        const Reached large = run_attempts(io, *pool, context, kCommandsAtOnce, kCommands);
        resident.push_back(large.per_second);
        failures += limit.failures + small.failures + large.failures;
    }
    const double runs = median(reached);
    report.add(
        {"commands", runs, "1/s", limit("4 bare posix_spawn at a time", median(bare), runs), at_least(0.8)});
    report.add({"commands with 1 GiB resident", median(resident), "1/s",
                limit("without", runs, median(resident)), at_least(0.95)});
    report.check("every command succeeded", failures == 0, fmt::format("{} failed", failures));
    std::filesystem::remove_all(folder);
}

void measure_http(const Options& options, Report& report) {
    const TargetServer target;
    const std::string url = fmt::format("http://127.0.0.1:{}/run", target.port());
    const std::string body = R"({"text":")" + std::string(188, 'x') + "\"}";
    asio::io_context io{1};
    const SystemClock clock;
    const execution::Secrets none;
    http::Client client{io, {}};
    const auto runner = execution::make_http_runner(io, client, none, {});
    const auto pool = execution::make_pool(clock, {{.kind = &execution::kHttpExecutor,
                                                    .runner = runner.get(),
                                                    .limit = kRequestsAtOnce,
                                                    .per_host = 256}});
    const model::Context context{.exec = url, .body = body};
    std::vector<double> bare, reached;
    std::uint64_t failures = 0;
    for (std::size_t round = 0; round < options.repeat; ++round) {
        const CurlLoopResult limit =
            run_curl_loop({.url = url, .body = body, .in_flight = kRequestsAtOnce, .requests = kRequests});
        bare.push_back(limit.per_second);
        const Reached runs = run_attempts(io, *pool, context, kRequestsAtOnce, kRequests);
        reached.push_back(runs.per_second);
        failures += limit.failures + runs.failures;
    }
    const double runs = median(reached);
    report.add({"HTTP runs", runs, "1/s", limit("bare libcurl loop, lazy timer", median(bare), runs),
                at_least(0.7)});
    report.check("every request succeeded", failures == 0, fmt::format("{} failed", failures));
}

}  // namespace ecron::bench
