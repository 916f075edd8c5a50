#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ecron::bench {

/// Appends the bytes of one request to `out`; called for each request.
using AppendRequest = std::function<void(std::string& out, std::uint64_t number)>;

/// Format "GET path" and "POST path" with Host and Content-Length for AppendRequest. Each header in `headers`
/// ends with CRLF.
std::string get_request(const std::string& path, const std::string& headers = "");
void append_post_request(std::string& out, const std::string& path, const std::string& body,
                         const std::string& headers = "");

struct Load {
    std::uint16_t port{};
    std::size_t connections{64};
    std::chrono::milliseconds duration{5'000};
    std::chrono::milliseconds warm_up{500};  // excluded from the result
    std::uint64_t request_limit{0};          // 0: limited only by time
    AppendRequest append_request;
};

struct LoadResult {
    std::uint64_t requests{};
    std::uint64_t failures{};  // status other than 2xx, or connection lost
    double seconds{};
    double per_second{};
    std::chrono::microseconds p50{}, p99{}, p999{}, max{};
    double client_cpu_seconds{};
};

/// Keeps that many connections busy with one request in flight on each, from the calling thread. Uses plain
/// epoll and minimal work per request, so that on a shared machine the server dominates the measurement.
/// Supports responses with a Content-Length; loopback only.
LoadResult run_load(const Load& load);

}  // namespace ecron::bench
