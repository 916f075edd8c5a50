#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ecron::bench {

/// One request each time its turn comes: the bytes as they go over the wire, appended to `out`.
using AppendRequest = std::function<void(std::string& out, std::uint64_t number)>;

/// "GET path" and "POST path" with Host and Content-Length, as AppendRequest wants them. `headers` end in
/// CRLF each.
std::string get_request(const std::string& path, const std::string& headers = "");
void append_post_request(std::string& out, const std::string& path, const std::string& body);

struct Load {
    std::uint16_t port{};
    std::size_t connections{64};
    std::chrono::milliseconds duration{5'000};
    std::chrono::milliseconds warm_up{500};  // not counted
    std::uint64_t request_limit{0};          // 0: until the time is over
    AppendRequest append_request;
};

struct LoadResult {
    std::uint64_t requests{};
    std::uint64_t failures{};  // status not 2xx, or the connection lost
    double seconds{};
    double per_second{};
    std::chrono::microseconds p50{}, p99{}, p999{}, max{};
    double client_cpu_seconds{};
};

/// Keeps that many connections busy, one request in flight on each, from the calling thread. Plain epoll and
/// as little work as possible a request, so that on a shared machine the server is what is measured. Reads
/// answers that have a Content-Length; loopback only.
LoadResult run_load(const Load& load);

}  // namespace ecron::bench
