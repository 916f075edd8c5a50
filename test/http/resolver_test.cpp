#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstring>

#include "http/support.hpp"

using namespace ecron;
using namespace ecron::http;
using namespace ecron::http::test;

namespace {

/// A name whose resolution takes as long as the test requires.
constexpr const char* kSlowName = "slow.test";

std::atomic<int> resolving{0};
std::atomic<bool> release{false};
std::atomic<bool> gave_up{false};

int resolve_slowly() {
    const auto deadline = std::chrono::steady_clock::now() + kPatience / 2;
    ++resolving;
    while (!release && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    gave_up = !release;  // a caller waiting for this thread has waited until the deadline
    --resolving;
    return EAI_AGAIN;
}

}  // namespace

/// libcurl's resolver threads call this function instead of the C library's.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
    if (node != nullptr && std::strcmp(node, kSlowName) == 0) return resolve_slowly();
    static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
    return real(node, service, hints, result);
}

TEST_CASE("a slow name resolution does not block other requests", "[http][client]") {
    release = false;
    gave_up = false;
    TestServer server{echo};
    TestClient client;
    const std::string url = std::string{"http://"} + kSlowName + "/";
    bool ended = false;
    std::string what;
    const auto id = client->start({.url = url, .connect_timeout = Millis{100}}, [&](const auto& response) {
        ended = true;
        what = response.error().what;
    });
    client.run_until([] { return resolving == 1; });
    CHECK(client.get(server.url()));  // the io_context's thread is not blocked
    SECTION("cancelled request") {
        client->cancel(id);
        client.run_until([&] { return ended; });
        CHECK(what == "cancelled");
    }
    SECTION("timed-out request") {
        client.run_until([&] { return ended; });
        CHECK(what == "name not resolved within 100ms");
    }
    SECTION("destroyed client") { client.destroy(); }
    CHECK(resolving == 1);
    release = true;
    while (resolving > 0) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    CHECK_FALSE(gave_up);
}
