#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "ecron/base/log.hpp"
#include "simulation/world.hpp"

/// Runs worlds, one per seed, in several processes. See README.md.
namespace {

using namespace ecron;

struct Wish {
    std::uint64_t first{1};
    std::uint64_t seeds{1};
    int jobs{1};
    bool day{false};
    bool small{false};
    bool ahead{false};
    bool subscribes{false};
    bool verbose{false};
    std::string about{};
};

struct Tally {  // shared by the workers
    std::uint64_t seeds, runs, calls, faults, events, failed;
    std::uint64_t under_way;  // the worker's current seed, in case the worker crashes
};

std::uint64_t number(const char* text) { return std::strtoull(text, nullptr, 10); }

Wish read(int count, char** arguments) {
    Wish wish;
    for (int i = 1; i < count; ++i) {
        const std::string_view name = arguments[i];
        const auto value = [&] { return i + 1 < count ? number(arguments[++i]) : 0; };
        if (name == "--seeds")
            wish.seeds = value();
        else if (name == "--seed")
            wish.first = value();
        else if (name == "--jobs")
            wish.jobs = static_cast<int>(value());
        else if (name == "--day")
            wish.day = true;
        else if (name == "--small")
            wish.small = true;
        else if (name == "--ahead")
            wish.ahead = true;
        else if (name == "--subscribe")
            wish.subscribes = true;
        else if (name == "--tell" && i + 1 < count)
            wish.about = arguments[++i];
        else if (name == "--verbose")
            wish.verbose = true;
        else {
            fmt::print(stderr,
                       "simulate [--seed FIRST] [--seeds COUNT] [--day | --small] [--ahead] [--subscribe] "
                       "[--jobs PROCESSES] [--verbose] [--tell EXECUTION|JOB]\n");
            std::exit(2);
        }
    }
    return wish;
}

sim::Scale scale_of(const Wish& wish) {
    sim::Scale scale = wish.day ? sim::one_day() : wish.small ? sim::small_world() : sim::Scale{};
    if (wish.ahead) scale.watermark_ahead = std::chrono::hours{24};
    scale.subscribes = wish.subscribes;
    return scale;
}

std::string_view size(const Wish& wish) { return wish.day ? " --day" : wish.small ? " --small" : ""; }

void work(const Wish& wish, int worker, Tally& tally) {
    const sim::Scale scale = scale_of(wish);
    for (std::uint64_t i = static_cast<std::uint64_t>(worker); i < wish.seeds;
         i += static_cast<std::uint64_t>(wish.jobs)) {
        const std::uint64_t seed = wish.first + i;
        tally.under_way = seed;
        const sim::Verdict verdict = sim::simulate(seed, scale);
        ++tally.seeds;
        tally.runs += verdict.runs, tally.calls += verdict.calls;
        tally.faults += verdict.faults, tally.events += verdict.events;
        if (wish.verbose)
            fmt::print("seed {} runs {} calls {} events {} fingerprint {:x}\n", seed, verdict.runs,
                       verdict.calls, verdict.events, verdict.fingerprint);
        if (verdict.violations.empty()) continue;
        ++tally.failed;
        for (const std::string& violation : verdict.violations) fmt::print("seed {}: {}\n", seed, violation);
        fmt::print("replay: scripts/simulate --seed {}{}\n", seed, size(wish));
        std::fflush(stdout);
    }
}

}  // namespace

int main(int count, char** arguments) {
    const Wish wish = read(count, arguments);
    // Faults cause error messages in the nodes' logs.
    const bool told =
        log::configure(wish.verbose ? log::Options{.level = log::Level::info}
                                    : log::Options{.level = log::Level::error, .file = "/dev/null"})
            .has_value();
    if (!told) return 2;
    if (!wish.about.empty()) {
        for (const std::string& line : sim::tell(wish.first, scale_of(wish), wish.about))
            fmt::print("{}\n", line);
        return 0;
    }
    const auto begun = std::chrono::steady_clock::now();
    const std::size_t bytes = sizeof(Tally) * static_cast<std::size_t>(wish.jobs);
    auto* const tallies =
        static_cast<Tally*>(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    if (wish.jobs == 1) {
        work(wish, 0, tallies[0]);
    } else {
        for (int worker = 0; worker < wish.jobs; ++worker) {
            if (fork() != 0) continue;
            work(wish, worker, tallies[worker]);
            std::fflush(stdout);
            _exit(0);
        }
        int status = 0;
        while (wait(&status) > 0) {}
    }
    Tally sum{};
    std::uint64_t died = 0;
    for (int worker = 0; worker < wish.jobs; ++worker) {
        const Tally& one = tallies[worker];
        sum.seeds += one.seeds, sum.runs += one.runs, sum.calls += one.calls;
        sum.faults += one.faults, sum.events += one.events, sum.failed += one.failed;
        const auto mine = (wish.seeds + static_cast<std::uint64_t>(wish.jobs - 1 - worker)) /
                          static_cast<std::uint64_t>(wish.jobs);
        if (one.seeds == mine) continue;
        ++died;
        fmt::print("seed {}: the simulation crashed\nreplay: scripts/simulate --seed {}{}\n", one.under_way,
                   one.under_way, size(wish));
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    fmt::print("{} seeds, {} with violations; {} runs, {} calls, {} faults, {} events in {:.1f} s\n",
               sum.seeds, sum.failed + died, sum.runs, sum.calls, sum.faults, sum.events, seconds);
    return sum.failed + died == 0 ? 0 : 1;
}
