#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"

/// Stores which subject is due when; no clock, no callbacks, no I/O. Source: Varghese & Lauck, "Hashed and
/// Hierarchical JobPolicy Wheels", SOSP 1987. Units: ticks of one millisecond, any range. Threads: none; the
/// owner makes all calls. Cost: add, cancel and move O(1), 24 bytes per timer; hours without due timers are
/// skipped in one step.
///
/// Four levels of 2,048 slots; a slot of one level is half a turn of the level below. Therefore the next slot
/// of a level can be emptied into the level below at any time before it is reached, and a cascade can be
/// split over many calls: each call moves a bounded number of timers, ahead of need if possible, and stops
/// before its target if necessary.
namespace ecron::analysis {

/// Never reused: the id of a removed timer stays unknown although its memory is reused.
using TimerId = Id<struct TimerIdTag, std::uint64_t>;

struct Due {
    std::uint32_t subject{};
    Instant at{};
};

class TimerWheel {
public:
    explicit TimerWheel(Instant now);
    /// Adds a subject due at an instant; an instant not after now() is due immediately.
    TimerId add(std::uint32_t subject, Instant due);
    bool cancel(TimerId id);             // false: unknown or already removed
    bool move(TimerId id, Instant due);  // false: unknown or already removed
    /// Advances to `to` and removes at most `limit` due timers, ordered by due instant; the order within one
    /// instant is unspecified. A timer added late is due when it was added. If `limit` is reached, or a
    /// cascade would take too long, now() stops there and the next call continues. Time never goes backwards.
    void advance(Instant to, std::size_t limit, std::vector<Due>& out);
    /// As above for a single timer: returns the next one due by `to`, or nullopt. If `to` is before now(),
    /// timers already due at now() are still returned.
    std::optional<Due> pop(Instant to);
    /// Returns an instant not later than the next due instant, or nullopt if the wheel is empty. It may be
    /// earlier (a cascade boundary).
    [[nodiscard]] std::optional<Instant> next_hint() const;
    [[nodiscard]] Instant now() const { return Instant{Millis{now_}}; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t memory() const;

private:
    static constexpr int kLevels = 4;
    /// A slot covers 2^kBits slots of the level below, which has twice that many: the next slot's timers fit
    /// there, too.
    static constexpr int kBits = 10;
    static constexpr std::uint32_t kSlots = 2U << kBits;
    /// A link with this bit refers to the two ends of a slot's list, not to a node.
    static constexpr std::uint32_t kSlotLink = 1U << 31;
    static constexpr std::size_t kChunk = 4096;

    /// Halves of 64-bit values, to avoid padding in a node.
    struct Split {
        std::uint32_t low{}, high{};
    };
    struct Links {
        std::uint32_t next{}, previous{};
    };
    struct Node {
        Split at;
        std::uint32_t subject{};
        Links links;
        std::uint32_t generation{1};
    };
    /// The slots of a level that hold timers, out of 2,048.
    struct Occupancy {
        std::array<std::uint64_t, kSlots / 64> words{};
        std::uint32_t summary{};
        void set(std::uint32_t slot);
        void clear(std::uint32_t slot);
        [[nodiscard]] bool test(std::uint32_t slot) const;
        /// Returns the distance from `from` to the first occupied slot, wrapping around; nullopt if there is
        /// none.
        [[nodiscard]] std::optional<std::uint32_t> distance(std::uint32_t from) const;
    };
    struct Level {
        Occupancy occupied;
        std::array<Links, kSlots> slots{};
    };
    using Levels = std::array<Level, kLevels>;

    static std::uint32_t position_of(std::int64_t slot) { return static_cast<std::uint32_t>(slot) % kSlots; }
    [[nodiscard]] Node& node(std::uint32_t index) { return chunks_[index / kChunk][index % kChunk]; }
    [[nodiscard]] const Node& node(std::uint32_t index) const {
        return chunks_[index / kChunk][index % kChunk];
    }
    [[nodiscard]] Links& links(std::uint32_t link);
    [[nodiscard]] Node* find(TimerId id);
    std::uint32_t take_node();
    void free_node(std::uint32_t index);
    [[nodiscard]] std::uint32_t end_for(std::uint32_t index) const;
    void place(std::uint32_t index);
    std::size_t take_off(int level, std::uint32_t position, std::span<std::uint32_t> taken);
    void unlink(std::uint32_t index);
    [[nodiscard]] std::optional<std::int64_t> next_event() const;
    std::optional<Due> take(std::int64_t goal, std::size_t& budget);
    bool cascade(int level, std::int64_t slot, std::size_t& budget);
    bool cascade_into(std::int64_t instant, std::size_t& budget);
    void cascade_ahead();

    std::int64_t now_;
    std::size_t size_{0};
    std::uint32_t used_{0};  // nodes below this index have been used at least once
    std::uint32_t free_{kSlotLink};
    std::vector<std::unique_ptr<Node[]>> chunks_;
    std::unique_ptr<Levels> levels_;
};

}  // namespace ecron::analysis
