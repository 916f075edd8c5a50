#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "ecron/base/time.hpp"

namespace ecron::notify {

/// Distributes the request slots among receivers. A healthy receiver may use an eighth of them. A failing one
/// gets one request at a time, with pauses that double up to a minute, and all failing receivers of one
/// tenant together are limited. A receiver's key is its tenant, a space and its origin; keys without a space
/// belong to a common tenant. Keeps only receivers that have requests in progress or are failing, at most
/// kMaxFailing of the latter. Pure.
class Receivers {
public:
    static constexpr std::size_t kMaxFailing = 10'000;
    using Room = std::map<std::string, std::size_t, std::less<>>;

    /// `failing`: maximum number of concurrent requests to a tenant's failing receivers.
    Receivers(std::size_t limit, std::size_t failing);
    explicit Receivers(std::size_t limit) : Receivers(limit, limit / 2) {}

    [[nodiscard]] std::size_t free() const { return limit_ - under_way_; }
    [[nodiscard]] std::size_t under_way() const { return under_way_; }
    [[nodiscard]] std::size_t per_receiver() const { return per_receiver_; }
    /// Returns how many more requests these receivers may get now; all others may get per_receiver().
    [[nodiscard]] Room room(SteadyInstant now) const;

    void begin(const std::string& receiver);
    enum class Health : std::uint8_t { good, failing };
    /// `pause`: the pause that the receiver requested.
    void end(const std::string& receiver, Health health, std::optional<Millis> pause, SteadyInstant now);

private:
    struct Receiver {
        std::size_t under_way{0};
        int failures{0};  // consecutive
        SteadyInstant pause_until{};
    };
    void drop_oldest_failing();

    std::size_t limit_;
    std::size_t per_receiver_;
    std::size_t for_failing_;
    std::size_t under_way_{0};
    std::size_t failing_{0};  // failing receivers
    std::map<std::string, Receiver, std::less<>> receivers_;
};

}  // namespace ecron::notify
