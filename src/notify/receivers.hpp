#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "ecron/base/time.hpp"

namespace ecron::notify {

/// Who gets how much of the room for requests. A receiver that answers may have an eighth of it. One in
/// trouble gets one request at a time, with pauses that double up to a minute, and all those of one tenant
/// together get a part. A receiver is named by its tenant, a space, and its origin; names without a space are
/// of one tenant, too. Remembers only receivers that are asked something or in trouble, at most kMostTroubled
/// of the latter. Pure.
class Receivers {
public:
    static constexpr std::size_t kMostTroubled = 10'000;
    using Room = std::map<std::string, std::size_t, std::less<>>;

    /// `troubled`: requests at once to receivers of one tenant that are in trouble.
    Receivers(std::size_t limit, std::size_t troubled);
    explicit Receivers(std::size_t limit) : Receivers(limit, limit / 2) {}

    [[nodiscard]] std::size_t free() const { return limit_ - under_way_; }
    [[nodiscard]] std::size_t under_way() const { return under_way_; }
    [[nodiscard]] std::size_t per_receiver() const { return per_receiver_; }
    /// How many more requests these receivers may get now; all others may get per_receiver().
    [[nodiscard]] Room room(SteadyInstant now) const;

    void begin(const std::string& receiver);
    enum class Answered : std::uint8_t { yes, troubled };
    /// `pause`: how long the receiver asked to be left alone.
    void end(const std::string& receiver, Answered answered, std::optional<Millis> pause, SteadyInstant now);

private:
    struct Receiver {
        std::size_t under_way{0};
        int troubles{0};  // one after the other
        SteadyInstant pause_until{};
    };
    void forget_some();

    std::size_t limit_;
    std::size_t per_receiver_;
    std::size_t for_troubled_;
    std::size_t under_way_{0};
    std::size_t troubled_{0};  // receivers in trouble
    std::map<std::string, Receiver, std::less<>> receivers_;
};

}  // namespace ecron::notify
