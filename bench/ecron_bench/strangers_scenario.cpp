#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "ecron_bench/installation.hpp"
#include "ecron_bench/scenarios.hpp"
#include "ecron_bench/statistics.hpp"
#include "ecron_bench/strangers.hpp"
#include "ecron_bench/tokens.hpp"

/// Effect of connections without a valid token on memory and on valid requests.
namespace ecron::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::chrono::milliseconds kRequests{20};  // between two valid requests
constexpr std::size_t kValidBody = 60'000;
constexpr std::size_t kLookEvery = 5;  // requests
constexpr double kGrowth = 64;         // MiB
constexpr double kMebibyte = 1024 * 1024;

std::string job(std::size_t number) {
    return fmt::format(
        R"({{"job_name":"valid-{}","job_cron_time":"0 0 1 1 *","job_type":"scheduled","enabled":false,)"
        R"("job_context":{{"mode":"http","exec":"http://127.0.0.1:9/","info":)"
        R"({{"method":"POST","body":{{"text":"{}"}}}}}}}})",
        number, std::string(kValidBody, 'x'));
}

struct Served {
    std::size_t requests{};
    std::size_t refused{};
    double resident{};  // MiB, maximum
    std::vector<double> took{};
};

/// Alternates reads and large bodies. The job name is always the same, so that at most one job is stored.
Served serve(EcronProcess& ecron, const std::string& token, std::chrono::seconds time) {
    HttpClient api{ecron.port(), token};
    Served served;
    const auto end = Clock::now() + time;
    for (; Clock::now() < end; ++served.requests) {
        const auto begin = Clock::now();
        const bool reads = served.requests % 2 == 0;
        const long status = reads ? (api.answers(fmt::format("{}/job?limit=1", kApi)) ? 200 : 0)
                                  : api.try_post(fmt::format("{}/job", kApi), job(0));
        served.took.push_back(Milliseconds{Clock::now() - begin}.count());
        if (status != 200 && status != 201 && status != 409) ++served.refused;
        if (served.requests % kLookEvery == 0)
            served.resident = std::max(served.resident, ecron.memory().resident / kMebibyte);
        std::this_thread::sleep_for(kRequests);
    }
    return served;
}

}  // namespace

void measure_strangers(const Options& options, Report& report) {
    const Tokens tokens;
    const Installation installation{options, 2};
    const auto ecron = installation.start(tokens.settings());
    const std::string token = tokens.of("valid");
    const Served alone = serve(*ecron, token, std::chrono::seconds{5});
    const Strangers strangers{ecron->port(), options.connections};
    const Served beside = serve(*ecron, token, options.seconds);
    report.add({"memory added", beside.resident - alone.resident, "MiB", {}, at_most(kGrowth)});
    const Distribution with = distribution(beside.took), without = distribution(alone.took);
    report.add({"valid requests, p99", with.p99, "ms", limit("the same alone", without.p99, with.p99)});
    report.check("every valid request was served", beside.refused + alone.refused == 0,
                 fmt::format("{} of {} refused", beside.refused, beside.requests));
    report.check(
        "strangers were connected all the time", strangers.opened() >= options.connections,
        fmt::format("{} connections opened, {} pieces sent", strangers.opened(), strangers.pieces()));
}

}  // namespace ecron::bench
