#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <optional>
#include <thread>

#include "ecron/execution/egress.hpp"
#include "ecron/http/client.hpp"
#include "ecron/http/server.hpp"

#include <dlfcn.h>

using namespace ecron;
using namespace ecron::execution;

namespace {

constexpr const char* kMovingName = "moving.test";
constexpr const char* kSlowName = "slow.test";
std::atomic<int> asked_for_moving{0};

/// A server on loopback, which is a permitted network here, and a client that may not connect to other
/// loopback addresses.
class EgressWorld {
public:
    EgressWorld() {
        REQUIRE(server_.start());
        asked_for_moving = 0;
    }

    Result<http::ClientResponse> get(const std::string& url) {
        std::optional<Result<http::ClientResponse>> answer;
        client_.start({.url = url}, [&](Result<http::ClientResponse> told) { answer = std::move(told); });
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (!answer) {
            REQUIRE(std::chrono::steady_clock::now() < deadline);
            io_.run_one_for(std::chrono::milliseconds{50});
        }
        return std::move(*answer);
    }
    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    [[nodiscard]] std::string url(const std::string& host) const {
        return fmt::format("http://{}:{}/", host, port());
    }
    std::string location{};  // redirect target; empty: no redirect
    int requests{0};

private:
    boost::asio::awaitable<http::Response> answer() {
        ++requests;
        http::Response response{.body = "here"};
        if (!location.empty()) {
            response.status = 302;
            response.headers.push_back({"Location", location});
        }
        co_return response;
    }

    Egress egress_{EgressRules{.allow = {parse_network("127.0.0.9").value()}}};
    boost::asio::io_context io_{1};
    http::Server server_{io_,
                         {.address = "0.0.0.0"},
                         [this](const http::Request&) { return answer(); },
                         [](unsigned status, std::string_view) { return http::Response{.status = status}; }};
    http::Client client_{
        io_, {.allow_address = [this](const sockaddr& address) { return egress_.allows(address); }}};
};

}  // namespace

/// libcurl's resolver threads call this function instead of the C library's. The first answer for the moving
/// name is a permitted address, every later one is not; the slow name fails, long after the test's timeout.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
    static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
    if (node != nullptr && std::string_view{node} == kMovingName)
        node = asked_for_moving++ == 0 ? "127.0.0.9" : "127.0.0.1";
    if (node != nullptr && std::string_view{node} == kSlowName) {
        std::this_thread::sleep_for(std::chrono::seconds{1});
        return EAI_AGAIN;
    }
    return real(node, service, hints, result);
}

TEST_CASE("an address is refused in any notation of the URL", "[egress]") {
    EgressWorld world;
    REQUIRE(world.get(world.url("127.0.0.9")));
    const std::string host = GENERATE("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1",
                                      "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
                                      "[::127.0.0.1]", "0.0.0.0", "[::]", "169.254.169.254", "2852039166");
    CAPTURE(host);
    const auto answer = world.get(world.url(host));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Errc::denied);
    CHECK(world.requests == 1);
}

TEST_CASE("a redirect to a refused address is not followed", "[egress]") {
    EgressWorld world;
    world.location = GENERATE("http://127.0.0.1:{}/", "http://[::ffff:127.0.0.1]:{}/", "//2130706433:{}/");
    world.location.replace(world.location.find("{}"), 2, std::to_string(world.port()));
    const auto answer = world.get(world.url("127.0.0.9"));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Errc::denied);
    CHECK(world.requests == 1);
}

TEST_CASE("a name whose address changes after the first check is refused", "[egress]") {
    EgressWorld world;
    REQUIRE(world.get(world.url(kMovingName)));
    // A different port causes a new look-up, so the first result is not reused.
    const auto answer = world.get(fmt::format("http://{}:{}/", kMovingName, world.port() - 1));
    REQUIRE_FALSE(answer);
    CHECK(asked_for_moving == 2);
    CHECK(answer.error().code == Errc::denied);
    CHECK(answer.error().what == "address of moving.test is not allowed");
}
