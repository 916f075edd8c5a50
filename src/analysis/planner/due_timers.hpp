#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "analysis/planner/due_queue.hpp"
#include "ecron/analysis/timer_wheel.hpp"

namespace ecron::analysis {

/// Where a subject waits: in a wheel, in a queue of overdue ones, or for the capacity of its tenant.
enum class Armed : std::uint8_t { no, wheel, queue, held };

/// Notes the position of a subject in a DueQueue.
template <class Slots> struct KeepPosition {
    Slots& slots;
    void operator()(std::uint32_t subject, std::size_t position) const { slots[subject].timer = position; }
};

/// Subjects by the instant at which they are due: future ones are in a timing wheel, those that the wheel has
/// already passed are in a queue, in order. If the clock is set back, nothing is due until it has caught up.
/// `Slots` maps a subject to an object with the members `armed` and `timer`, which belong to this class.
template <class Slots> class DueTimers {
public:
    using Entry = DueQueue::Entry;

    DueTimers(Slots& slots, Instant now) : slots_(slots), wheel_(now) {}
    /// Drops all subjects.
    void clear(Instant now) {
        wheel_ = TimerWheel{now};
        overdue_ = {};
    }

    void arm(const Entry& entry) {
        auto& slot = slots_[entry.subject];
        if (entry.at > wheel_.now()) {
            slot.armed = Armed::wheel;
            slot.timer = wheel_.add(entry.subject, entry.at).value();
            return;
        }
        slot.armed = Armed::queue;
        overdue_.push(entry, keep_position_);
    }

    void disarm(std::uint32_t subject) {
        auto& slot = slots_[subject];
        if (slot.armed == Armed::wheel) wheel_.cancel(TimerId{slot.timer});
        if (slot.armed == Armed::queue) overdue_.erase(slot.timer, keep_position_);
        slot.armed = Armed::no;
    }

    /// Removes the next subject that is due by `until`; nullopt if there is none, or if the wheel needs a
    /// further call to get there.
    [[nodiscard]] std::optional<Entry> pop(Instant until) {
        if (!overdue_.empty() && overdue_.top().at <= until) {
            const Entry entry = overdue_.pop(keep_position_);
            slots_[entry.subject].armed = Armed::no;
            return entry;
        }
        if (wheel_.now() > until) return {};
        const std::optional<Due> due = wheel_.pop(until);
        if (!due) return {};
        slots_[due->subject].armed = Armed::no;
        return Entry{.at = due->at, .seen = Instant::min(), .subject = due->subject, .settled = false};
    }

    /// Everything due by this instant is in the queue or removed.
    [[nodiscard]] Instant now() const { return wheel_.now(); }
    /// Returns an instant not later than the next due instant, or nullopt if there are no subjects.
    [[nodiscard]] std::optional<Instant> next_hint() const {
        const std::optional<Instant> future = wheel_.next_hint();
        if (overdue_.empty()) return future;
        return future ? std::min(*future, overdue_.top().at) : overdue_.top().at;
    }
    [[nodiscard]] std::size_t memory() const { return wheel_.memory() + overdue_.memory(); }

private:
    Slots& slots_;
    const KeepPosition<Slots> keep_position_{slots_};
    TimerWheel wheel_;
    DueQueue overdue_;
};

}  // namespace ecron::analysis
