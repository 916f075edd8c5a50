#include "ecron/base/off_loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include "ecron/base/async.hpp"

namespace ecron::test {
namespace {

namespace asio = boost::asio;

constexpr Workload kLarge{.bytes = kLargeWork + 1};

template <class Coroutine> void run(asio::io_context& io, Coroutine coroutine) {
    std::exception_ptr problem;
    asio::co_spawn(io, std::move(coroutine), [&](std::exception_ptr thrown) { problem = thrown; });
    io.run();
    if (problem) std::rethrow_exception(problem);
}

}  // namespace

TEST_CASE("small work is done on the calling thread, large work on another", "[async]") {
    asio::io_context io;
    run(io, [&]() -> asio::awaitable<void> {
        const auto own = std::this_thread::get_id();
        const auto thread = [] { return std::this_thread::get_id(); };
        CHECK(co_await off_loop({.bytes = kLargeWork}, thread) == own);
        CHECK(co_await off_loop(kLarge, thread) != own);
        CHECK(std::this_thread::get_id() == own);
    });
}

TEST_CASE("the loop goes on while large work is done", "[async]") {
    asio::io_context io;
    std::promise<std::string> answer;
    run(io, [&]() -> asio::awaitable<void> {
        asio::co_spawn(
            io,
            [&]() -> asio::awaitable<void> {
                answer.set_value("from the loop");
                co_return;
            },
            asio::detached);
        const std::string heard = co_await off_loop(kLarge, [&] { return answer.get_future().get(); });
        CHECK(heard == "from the loop");
    });
}

TEST_CASE("large work of one owner does not wait for the backlog of another", "[async]") {
    asio::io_context io;
    std::promise<void> begun, released;
    std::string order;
    const auto work_of = [&](std::string owner, std::string name) -> asio::awaitable<void> {
        const Workload load{.owner = owner, .bytes = kLargeWork + 1};
        order += co_await off_loop(load, [&] {
            if (name == "a1") {
                begun.set_value();
                released.get_future().wait();
            }
            return name + ' ';
        });
    };
    asio::co_spawn(io, work_of("many", "a1"), asio::detached);
    io.poll();
    begun.get_future().wait();
    for (const char* name : {"a2", "a3", "a4"}) asio::co_spawn(io, work_of("many", name), asio::detached);
    for (const char* name : {"b1", "b2"}) asio::co_spawn(io, work_of("few", name), asio::detached);
    io.poll();
    released.set_value();
    io.run();
    CHECK(order == "a1 a2 b1 a3 b2 a4 ");
}

TEST_CASE("an exception of large work is thrown where its result is awaited", "[async]") {
    asio::io_context io;
    const auto fails = []() -> int { throw std::runtime_error("no"); };
    CHECK_THROWS_WITH(run(io, [&]() -> asio::awaitable<void> { (void)co_await off_loop(kLarge, fails); }),
                      "no");
}

TEST_CASE("large work is counted on the thread that carries it out", "[async]") {
    asio::io_context io;
    const auto report = [](std::size_t bytes) {
        report_work(bytes);
        return bytes;
    };
    const LargeWorkCount count;
    run(io, [&]() -> asio::awaitable<void> {
        (void)co_await off_loop(kLarge, [&] { return report(kLargeWork + 1); });
        CHECK(count.pieces() == 0);
        (void)co_await off_loop({.bytes = 1}, [&] { return report(kLargeWork); });
        CHECK(count.pieces() == 0);
        (void)co_await off_loop({.bytes = 1}, [&] { return report(kLargeWork + 1); });
        CHECK(count.pieces() == 1);
    });
}

TEST_CASE("an io_context ends with large work under way", "[async]") {
    std::promise<void> begun, released;
    {
        asio::io_context io;
        asio::co_spawn(
            io,
            [&]() -> asio::awaitable<void> {
                co_await carry_out_off_loop(kLarge, [&] {
                    begun.set_value();
                    released.get_future().wait();
                });
            },
            asio::detached);
        io.poll();
        begun.get_future().wait();
        released.set_value();
    }
    SUCCEED("its thread was joined");
}

}  // namespace ecron::test
