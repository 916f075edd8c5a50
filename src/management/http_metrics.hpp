#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

/// Counts responses by route and status, and their durations. Threads: the io_context's.
namespace ecron::management {

class HttpMetrics {
public:
    static constexpr std::array kBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0};
    struct Count {
        unsigned status{};
        std::uint64_t responses{};
    };

    /// `routes`: the number of routes; the index `routes` is for requests that matched no route.
    explicit HttpMetrics(std::size_t routes) : by_route_(routes + 1) {}

    void record_response(std::size_t route, unsigned status, std::chrono::microseconds took) {
        count(route, status);
        const double seconds = std::chrono::duration<double>(took).count();
        std::size_t bucket = 0;
        while (bucket < kBounds.size() && seconds > kBounds.at(bucket)) ++bucket;
        ++buckets_.at(bucket);
        seconds_ += seconds;
    }
    /// Counts a response that the HTTP server gave before routing.
    void record_error(unsigned status) { count(by_route_.size() - 1, status); }

    [[nodiscard]] const std::vector<std::vector<Count>>& by_route() const { return by_route_; }
    [[nodiscard]] const std::array<std::uint64_t, kBounds.size() + 1>& buckets() const { return buckets_; }
    [[nodiscard]] double seconds() const { return seconds_; }

private:
    void count(std::size_t route, unsigned status) {
        std::vector<Count>& counts = by_route_.at(route);
        for (Count& known : counts) {
            if (known.status != status) continue;
            ++known.responses;
            return;
        }
        counts.push_back({status, 1});
    }

    std::vector<std::vector<Count>> by_route_;
    std::array<std::uint64_t, kBounds.size() + 1> buckets_{};
    double seconds_{0};
};

}  // namespace ecron::management
