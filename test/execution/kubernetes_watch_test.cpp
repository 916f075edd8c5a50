#include "execution/kubernetes/kubernetes_watch.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "ecron/base/large_work.hpp"
#include "ecron/http/server.hpp"

using namespace ecron;
using namespace ecron::execution;
using namespace std::chrono_literals;

namespace {

/// A body that never ends and contains no line end.
class Endless final : public http::BodyStream {
public:
    boost::asio::awaitable<std::optional<std::string>> next() override { co_return std::string(64'000, 'x'); }
};

/// The events of one Job from a version on, half a mebibyte each; the last one reports its end.
class LargeEvents final : public http::BodyStream {
public:
    static constexpr std::size_t kLast = 107;
    explicit LargeEvents(std::size_t version) : version_(version) {}
    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (version_ >= kLast) co_return std::nullopt;
        const std::string end = ++version_ < kLast ? "" : R"({"type":"Complete","status":"True"})";
        co_return R"({"type":"MODIFIED","object":{"metadata":{"name":"job","resourceVersion":")" +
            std::to_string(version_) + R"(","note":")" + std::string(512UL * 1024, 'x') +
            R"("},"status":{"conditions":[)" + end + "]}}}\n";
    }

private:
    std::size_t version_;
};

/// A hostile API server: its lists or the events of its watches do not end.
class HostileServer {
public:
    HostileServer() { REQUIRE(server_.start()); }

    std::shared_ptr<JobWatch> watch(const std::string& name_space) {
        const std::string url = "http://127.0.0.1:" + std::to_string(server_.port());
        return std::make_shared<JobWatch>(io, std::make_shared<Cluster>(clock_, client_, url), name_space,
                                          20s, budget);
    }
    template <class Done> void run_until(const Done& done) {
        const auto deadline = std::chrono::steady_clock::now() + 30s;
        while (!done()) {
            REQUIRE(std::chrono::steady_clock::now() < deadline);
            io.restart();
            io.run_for(1ms);
            most_line_bytes = std::max(most_line_bytes, budget->line_bytes);
            most_lists = std::max(most_lists, budget->lists);
        }
    }

    boost::asio::io_context io{1};
    std::shared_ptr<WatchBudget> budget{std::make_shared<WatchBudget>(io)};
    bool lists_end{true};
    bool large_events{false};                    // instead of one endless event
    std::size_t lists{0}, pages{0}, watches{0};  // requests received
    std::size_t most_line_bytes{0}, most_lists{0};

private:
    static std::size_t version_in(std::string_view query) {
        constexpr std::string_view kKey = "resourceVersion=";
        return std::stoul(std::string{query.substr(query.find(kKey) + kKey.size())});
    }
    boost::asio::awaitable<http::Response> answer(const http::Request& request) {
        if (request.query.contains("watch=1")) {
            ++watches;
            if (large_events)
                co_return http::Response{.stream = std::make_shared<LargeEvents>(version_in(request.query))};
            co_return http::Response{.stream = std::make_shared<Endless>()};
        }
        ++pages;
        if (!request.query.contains("continue=")) ++lists;
        const std::string next = lists_end ? "" : R"(,"continue":"c)" + std::to_string(pages) + '"';
        co_return http::Response{.body = R"({"metadata":{"resourceVersion":"7")" + next + R"(},"items":[]})"};
    }

    SystemClock clock_;
    http::Client client_{io, {}};
    http::Server server_{io,
                         {},
                         [this](const http::Request& request) { return answer(request); },
                         [](unsigned status, std::string_view) { return http::Response{.status = status}; }};
};

}  // namespace

TEST_CASE("an endless list of Jobs is abandoned and restarted", "[kubernetes]") {
    HostileServer server;
    server.lists_end = false;
    const auto watch = server.watch("default");
    const auto job = watch->attend("job");
    server.run_until([&] { return server.lists == 2; });
    CHECK(server.pages < 1'100);
    watch->forget("job", job);
    server.run_until([&] { return !watch->is_running(); });
}

TEST_CASE("a list of Jobs ends with the last attended Job", "[kubernetes]") {
    HostileServer server;
    server.lists_end = false;
    const auto watch = server.watch("default");
    const auto job = watch->attend("job");
    server.run_until([&] { return server.pages >= 10; });
    watch->forget("job", job);
    server.run_until([&] { return !watch->is_running(); });
    CHECK(server.pages < 500);
}

TEST_CASE("a watch ends with the last attended Job, also in the middle of an event", "[kubernetes]") {
    HostileServer server;
    const auto watch = server.watch("default");
    const auto job = watch->attend("job");
    server.run_until([&] { return server.budget->line_bytes > 0; });
    watch->forget("job", job);
    server.run_until([&] { return !watch->is_running(); });
    CHECK(server.watches == 1);
    CHECK(server.budget->line_bytes == 0);
}

TEST_CASE("large events are taken in order, beside the loop, and in bounded memory", "[kubernetes]") {
    HostileServer server;
    server.large_events = true;
    const auto watch = server.watch("default");
    const auto job = watch->attend("job");
    const LargeWorkCount on_loop;
    server.run_until([&] { return job->state && job->state->phase == JobPhase::succeeded; });
    CHECK(on_loop.pieces() == 0);
    CHECK(server.most_line_bytes < 34'000'000);
    watch->forget("job", job);
    server.run_until([&] { return !watch->is_running(); });
    CHECK(server.budget->line_bytes == 0);
}

TEST_CASE("endless events are limited, per watch and in total", "[kubernetes]") {
    const auto [count, most] = GENERATE(table<int, std::size_t>({{1, 5'000'000}, {30, 34'000'000}}));
    HostileServer server;
    std::vector<std::shared_ptr<JobWatch>> watches;
    std::vector<std::shared_ptr<WatchedJob>> jobs;
    for (int i = 0; i < count; ++i) {
        watches.push_back(server.watch("space-" + std::to_string(i)));
        jobs.push_back(watches.back()->attend("job"));
    }
    // Each watch failed once and was restarted.
    server.run_until([&] { return server.watches > static_cast<std::size_t>(2 * count); });
    CHECK(server.most_line_bytes > most / 2);
    CHECK(server.most_line_bytes < most);
    CHECK(server.most_lists <= WatchBudget::kMaxLists);
    for (std::size_t i = 0; i < watches.size(); ++i) watches[i]->forget("job", jobs[i]);
    for (const auto& watch : watches) server.run_until([&] { return !watch->is_running(); });
    CHECK(server.budget->line_bytes == 0);
}
