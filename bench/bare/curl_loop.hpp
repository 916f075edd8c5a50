#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace ecron::bench {

struct CurlLoop {
    std::string url;
    std::string body;
    std::size_t in_flight{64};
    std::uint64_t requests{100'000};
};

struct CurlLoopResult {
    std::uint64_t failures{};
    double seconds{};
    double per_second{};
    double cpu_seconds{};  // of the calling thread
};

/// The limit of HTTP executions: libcurl's multi_socket_action on Asio with a lazy timer and reused easy
/// handles, posting the same body from the calling thread. No redirects, no checks, no stored results.
CurlLoopResult run_curl_loop(const CurlLoop& loop);

}  // namespace ecron::bench
