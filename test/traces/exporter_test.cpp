#include "ecron/traces/exporter.hpp"

#include <boost/asio/execution_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <deque>
#include <set>

#include "ecron/base/async.hpp"
#include "traces/given_attempt.hpp"

using namespace ecron;
using namespace ecron::traces;
using ecron::traces::test::GivenAttempt;
using ecron::traces::test::kRequested;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// Timers that end when the clock has been advanced.
class ManualTimers final : public Timers {
public:
    ManualTimers(asio::execution_context& owner, const Clock& clock) : Timers(owner), clock_(clock) {}
    std::unique_ptr<Timer> make() override {
        return std::make_unique<Manual>(static_cast<asio::io_context&>(context()), *this);
    }
    void look() {
        for (Manual* const timer : std::set{waiting_})
            if (timer->at <= clock_.steady()) timer->cancel();
    }

private:
    class Manual final : public Timer {
    public:
        Manual(asio::io_context& io, ManualTimers& all) : timer_(io), all_(all) {}
        ~Manual() override { all_.waiting_.erase(this); }
        asio::awaitable<void> wait(std::chrono::microseconds at_most) override {
            at = all_.clock_.steady() + at_most;
            all_.waiting_.insert(this);
            timer_.expires_at(std::chrono::steady_clock::time_point::max());
            boost::system::error_code woken;
            co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        }
        void cancel() override {
            all_.waiting_.erase(this);
            timer_.cancel();
        }
        SteadyInstant at{};

    private:
        asio::steady_timer timer_;
        ManualTimers& all_;
    };

    const Clock& clock_;
    std::set<Manual*> waiting_;
};

/// An exporter of batches of three spans, and a collector that answers from a script.
struct World {
    ManualClock clock{from_unix_millis(1'767'225'600'000)};
    asio::io_context io;
    ManualTimers& timers = asio::make_service<ManualTimers>(io, clock);
    std::deque<Result<http::ClientResponse>> answers;  // the default is 200
    std::vector<http::ClientRequest> requests;
    bool hangs{false};
    Wakeup released{io};
    Exporter exporter{io,
                      clock,
                      [this](http::ClientRequest request) { return answer(std::move(request)); },
                      {.endpoint = "http://collector", .node = NodeId{"n"}, .batch = 3, .waiting = 4}};
    Gate gate{io};

    World() {
        gate.spawn("traces", exporter.run());
        poll();
    }
    ~World() {
        hangs = false;
        released.notify();
        exporter.finish(Millis{0});
        poll();
        CHECK(gate.count() == 0);
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    asio::awaitable<Result<http::ClientResponse>> answer(http::ClientRequest request) {
        requests.push_back(std::move(request));
        while (hangs) co_await released.wait(1h);
        Result<http::ClientResponse> response = http::ClientResponse{.status = 200};
        if (!answers.empty()) {
            response = std::move(answers.front());
            answers.pop_front();
        }
        co_return response;
    }

    void poll() {
        io.restart();
        io.poll();
    }
    void advance(Millis by) {
        clock.advance(by);
        timers.look();
        poll();
    }
    /// Adds an attempt of a job whose name is one letter, for each letter.
    void add(std::string_view names) {
        for (const char name : names) {
            GivenAttempt given;
            given.execution.job_name = name;
            exporter.add(given.ended());
        }
        poll();
    }
    /// The names of the spans of each request.
    [[nodiscard]] std::vector<std::string> sent() const {
        std::vector<std::string> all;
        for (const http::ClientRequest& request : requests) {
            std::string& names = all.emplace_back();
            const boost::json::value document = boost::json::parse(*request.body);
            for (const auto& span : document.at_pointer("/resourceSpans/0/scopeSpans/0/spans").as_array())
                names += span.at("name").as_string();
        }
        return all;
    }
    void check_counts(std::uint64_t exported, std::uint64_t dropped) const {
        CHECK(exporter.statistics().exported == exported);
        CHECK(exporter.statistics().dropped == dropped);
    }
    /// Finishes; returns true if it has ended by now.
    bool finish(Millis grace) {
        exporter.finish(grace);
        gate.spawn("finished", exporter.finished());
        poll();
        return gate.count() == 0;
    }
};

using Sent = std::vector<std::string>;

http::ClientResponse status(unsigned code, std::vector<http::Header> headers = {}) {
    return {.status = code, .headers = std::move(headers)};
}

}  // namespace

TEST_CASE("spans are sent together after a second, or when a batch is complete", "[traces]") {
    World world;
    world.add("a");
    world.advance(999ms);
    world.add("b");
    CHECK(world.sent().empty());
    world.advance(1ms);
    CHECK(world.sent() == Sent{"ab"});
    world.add("cdef");
    CHECK(world.sent() == Sent{"ab", "cde"});
    world.advance(1s);
    CHECK(world.sent() == Sent{"ab", "cde", "f"});
    world.check_counts(6, 0);
}

TEST_CASE("spans that are not sampled are neither sent nor counted", "[traces]") {
    World world;
    GivenAttempt given;
    given.execution.traceparent = kRequested.substr(0, 53) + "00";
    world.exporter.add(given.ended());
    world.advance(1h);
    CHECK(world.requests.empty());
    world.check_counts(0, 0);
}

TEST_CASE("a collector that does not answer costs a bounded number of spans, and no more", "[traces]") {
    World world;
    world.hangs = true;
    world.add("abc");
    CHECK(world.requests.size() == 1);
    CHECK(world.requests.front().timeout == 10s);
    world.add("defghi");
    world.advance(1h);
    CHECK(world.requests.size() == 1);
    world.check_counts(0, 2);  // four wait
    world.hangs = false;
    world.released.notify();
    world.poll();
    CHECK(world.sent() == Sent{"abc", "def", "g"});
    world.check_counts(7, 2);
}

TEST_CASE("a batch that was not accepted is sent again with growing waits", "[traces]") {
    World world;
    world.answers = {fail(Errc::unavailable, "connection refused"), status(503), status(504)};
    world.add("abc");
    std::vector<Millis> waits;
    for (Millis waited{0}; waits.size() < 3; waited += 1ms, world.advance(1ms)) {
        if (world.requests.size() == waits.size() + 1) continue;
        waits.push_back(std::exchange(waited, Millis{0}));
    }
    CHECK(world.sent() == Sent{"abc", "abc", "abc", "abc"});
    for (std::size_t i = 0; i < waits.size(); ++i) {
        CAPTURE(i);
        const Millis full{1'000 << i};
        CHECK(waits[i] >= full / 2);
        CHECK(waits[i] <= full + 1ms);
    }
    world.check_counts(3, 0);
}

TEST_CASE("a batch is not sent again before Retry-After", "[traces]") {
    World world;
    world.answers = {status(429, {{"Retry-After", "30"}})};
    world.add("abc");
    world.add("d");
    world.advance(29'999ms);
    CHECK(world.requests.size() == 1);
    world.advance(1ms);
    CHECK(world.sent() == Sent{"abc", "abc", "d"});
    world.check_counts(4, 0);
}

TEST_CASE("a batch that the collector refuses is dropped, and the next one is sent", "[traces]") {
    World world;
    world.answers = {status(400)};
    world.add("abcd");
    world.advance(1s);
    CHECK(world.sent() == Sent{"abc", "d"});
    world.check_counts(1, 3);
}

TEST_CASE("a drain sends what waits", "[traces]") {
    World world;
    world.add("a");
    CHECK(world.finish(2s));
    CHECK(world.sent() == Sent{"a"});
    world.check_counts(1, 0);
}

TEST_CASE("a drain without spans ends immediately", "[traces]") {
    World world;
    CHECK(world.finish(2s));
    CHECK(world.requests.empty());
}

TEST_CASE("a drain retries within its grace, also during a pause", "[traces]") {
    World world;
    world.answers = {status(503, {{"Retry-After", "60"}}), fail(Errc::unavailable, "connection refused")};
    world.add("abc");
    world.add("d");
    CHECK(world.requests.size() == 1);
    CHECK_FALSE(world.finish(2s));
    CHECK(world.requests.size() == 2);
    CHECK(world.requests.back().timeout == 2s);
    world.advance(1s);
    CHECK(world.sent() == Sent{"abc", "abc", "abc", "d"});
    CHECK(world.gate.count() == 0);
    world.check_counts(4, 0);
}

TEST_CASE("a drain drops what a failing collector cannot accept in time", "[traces]") {
    World world;
    world.answers = {status(503, {{"Retry-After", "60"}})};
    world.add("ab");
    CHECK(world.finish(2s));
    CHECK(world.sent() == Sent{"ab"});
    world.check_counts(0, 2);
}

TEST_CASE("a drain ends with its grace if the collector does not answer", "[traces]") {
    World world;
    world.hangs = true;
    world.add("abcd");
    CHECK_FALSE(world.finish(2s));
    world.advance(1'999ms);
    CHECK(world.gate.count() == 2);
    world.advance(1ms);
    CHECK(world.gate.count() == 1);  // the request
    world.check_counts(0, 4);
}
