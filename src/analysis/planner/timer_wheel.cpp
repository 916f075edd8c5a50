#include "ecron/analysis/timer_wheel.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace ecron::analysis {
namespace {

/// Timers that one call moves between levels, both when required and ahead of need. At 50 to 100 ns each well
/// below 1 ms.
constexpr std::size_t kCascadeBudget = 4096;
constexpr std::size_t kCascadeAhead = 1024;

template <class Split> Split split(std::uint64_t value) {
    return {static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value >> 32)};
}

template <class Split> std::uint64_t joined(const Split& value) {
    return std::uint64_t{value.high} << 32 | value.low;
}

}  // namespace

void TimerWheel::Occupancy::set(std::uint32_t slot) {
    words[slot / 64] |= std::uint64_t{1} << slot % 64;
    summary |= std::uint32_t{1} << slot / 64;
}

void TimerWheel::Occupancy::clear(std::uint32_t slot) {
    words[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
    if (words[slot / 64] == 0) summary &= ~(std::uint32_t{1} << slot / 64);
}

bool TimerWheel::Occupancy::test(std::uint32_t slot) const {
    return (words[slot / 64] >> slot % 64 & 1) != 0;
}

std::optional<std::uint32_t> TimerWheel::Occupancy::distance(std::uint32_t from) const {
    static_assert(kSlots / 64 == 32, "the summary has one bit a word");
    if (summary == 0) return {};
    const std::uint64_t here = words[from / 64] >> from % 64;
    if (here != 0) return static_cast<std::uint32_t>(std::countr_zero(here));
    // The words after this one, wrapping around; finally this one again, for the slots before `from`.
    const std::uint32_t first = (from / 64 + 1) % 32;
    const std::uint32_t word =
        (first + static_cast<std::uint32_t>(std::countr_zero(std::rotr(summary, static_cast<int>(first))))) %
        32;
    const std::uint32_t slot = word * 64 + static_cast<std::uint32_t>(std::countr_zero(words[word]));
    return (slot - from) % kSlots;
}

TimerWheel::TimerWheel(Instant now) : now_(to_unix_millis(now)), levels_(std::make_unique<Levels>()) {
    for (std::uint32_t slot = 0; slot < kLevels * kSlots; ++slot) {
        const std::uint32_t end = kSlotLink | slot;
        links(end) = {end, end};
    }
}

TimerWheel::Links& TimerWheel::links(std::uint32_t link) {
    if ((link & kSlotLink) == 0) return node(link).links;
    const std::uint32_t slot = link & ~kSlotLink;
    return (*levels_)[slot / kSlots].slots[slot % kSlots];
}

std::uint32_t TimerWheel::take_node() {
    if (free_ != kSlotLink) {
        const std::uint32_t index = free_;
        free_ = node(index).links.next;
        return index;
    }
    if (used_ == chunks_.size() * kChunk) chunks_.push_back(std::make_unique<Node[]>(kChunk));
    assert(used_ < kSlotLink);
    return used_++;
}

void TimerWheel::free_node(std::uint32_t index) {
    Node& freed = node(index);
    ++freed.generation;
    freed.links.next = free_;
    free_ = index;
    --size_;
}

TimerWheel::Node* TimerWheel::find(TimerId id) {
    const auto index = static_cast<std::uint32_t>(id.value());
    if (index >= used_) return nullptr;
    Node& found = node(index);
    return found.generation == id.value() >> 32 ? &found : nullptr;
}

/// Returns the slot for a timer: on the lowest level whose turn reaches that far.
std::uint32_t TimerWheel::end_for(std::uint32_t index) const {
    const std::int64_t at = std::max(now_, static_cast<std::int64_t>(joined(node(index).at)));
    int level = 0;
    while (level < kLevels - 1 && (at >> kBits * level) - (now_ >> kBits * level) >= kSlots) ++level;
    // A timer beyond the last level's turn waits in the farthest slot and is placed again from there.
    const std::int64_t farthest = (now_ >> kBits * level) + kSlots - 1;
    return kSlotLink | (static_cast<std::uint32_t>(level) * kSlots +
                        position_of(std::min(at >> kBits * level, farthest)));
}

void TimerWheel::place(std::uint32_t index) {
    const std::uint32_t end = end_for(index);
    const std::uint32_t slot = end & ~kSlotLink;
    (*levels_)[slot / kSlots].occupied.set(slot % kSlots);
    Links& end_links = links(end);
    node(index).links = {end, end_links.previous};
    links(end_links.previous).next = index;
    end_links.previous = index;
}

void TimerWheel::unlink(std::uint32_t index) {
    const Links old = node(index).links;
    links(old.next).previous = old.previous;
    links(old.previous).next = old.next;
    if (old.next != old.previous || (old.next & kSlotLink) == 0) return;
    const std::uint32_t slot = old.next & ~kSlotLink;
    (*levels_)[slot / kSlots].occupied.clear(slot % kSlots);
}

TimerId TimerWheel::add(std::uint32_t subject, Instant due) {
    const std::uint32_t index = take_node();
    Node& added = node(index);
    added.subject = subject;
    added.at = split<Split>(static_cast<std::uint64_t>(to_unix_millis(due)));
    place(index);
    ++size_;
    return TimerId{std::uint64_t{added.generation} << 32 | index};
}

bool TimerWheel::cancel(TimerId id) {
    if (find(id) == nullptr) return false;
    const auto index = static_cast<std::uint32_t>(id.value());
    unlink(index);
    free_node(index);
    return true;
}

bool TimerWheel::move(TimerId id, Instant due) {
    Node* moved = find(id);
    if (moved == nullptr) return false;
    const auto index = static_cast<std::uint32_t>(id.value());
    unlink(index);
    moved->at = split<Split>(static_cast<std::uint64_t>(to_unix_millis(due)));
    place(index);
    return true;
}

/// Removes timers from a slot's list, alternately from both ends, so that the memory of one is fetched while
/// the other is processed.
std::size_t TimerWheel::take_off(int level, std::uint32_t position, std::span<std::uint32_t> taken) {
    Level& from = (*levels_)[static_cast<std::size_t>(level)];
    const std::uint32_t end = kSlotLink | (static_cast<std::uint32_t>(level) * kSlots + position);
    auto [front, back] = from.slots[position];
    std::size_t count = 0;
    bool empty = false;
    while (!empty && count + 2 <= taken.size()) {
        taken[count++] = front;
        if (front != back) taken[count++] = back;
        empty = front == back || node(front).links.next == back;
        front = node(front).links.next;
        back = node(back).links.previous;
    }
    if (empty) front = back = end;
    from.slots[position] = {front, back};
    links(front).previous = end;
    links(back).next = end;
    if (empty) from.occupied.clear(position);
    return count;
}

/// Empties a slot into the levels below. Returns false if the budget is exhausted.
bool TimerWheel::cascade(int level, std::int64_t slot, std::size_t& budget) {
    // In batches: while one timer is placed, the memory for the next ones is prefetched.
    std::array<std::uint32_t, 32> some;
    const Level& from = (*levels_)[static_cast<std::size_t>(level)];
    const auto position = position_of(slot);
    while (from.occupied.test(position)) {
        if (budget == 0) return false;
        const std::size_t count = take_off(level, position, some);
        budget -= std::min(budget, count);
        for (std::size_t i = 0; i < count; ++i)
            __builtin_prefetch(&links(links(end_for(some[i])).previous), 1);
        for (std::size_t i = 0; i < count; ++i) place(some[i]);
    }
    return true;
}

/// Prepares a step to `instant` from the millisecond before: empties the slots that begin there.
bool TimerWheel::cascade_into(std::int64_t instant, std::size_t& budget) {
    for (int level = kLevels - 1; level > 0; --level) {
        const std::int64_t slot = instant >> kBits * level;
        if (slot << kBits * level == instant && !cascade(level, slot, budget)) return false;
    }
    return true;
}

void TimerWheel::cascade_ahead() {
    std::size_t budget = kCascadeAhead;
    for (int level = 1; level < kLevels; ++level)
        if (!cascade(level, (now_ >> kBits * level) + 1, budget)) return;
}

/// Returns the first instant, not before now, at which a timer is due or an occupied slot begins.
std::optional<std::int64_t> TimerWheel::next_event() const {
    std::optional<std::int64_t> first;
    for (int level = 0; level < kLevels; ++level) {
        const std::int64_t current = now_ >> kBits * level;
        const auto ahead =
            (*levels_)[static_cast<std::size_t>(level)].occupied.distance(position_of(current));
        if (!ahead) continue;
        const std::int64_t begin = (current + *ahead) << kBits * level;
        if (!first || begin < *first) first = begin;
        // Timers due before the next slot of the level above begins precede all timers of the levels above.
        if (level == 0 && begin >> kBits == now_ >> kBits) break;
    }
    return first;
}

std::optional<Due> TimerWheel::take(std::int64_t goal, std::size_t& budget) {
    for (;;) {
        const std::uint32_t position = position_of(now_);
        if ((*levels_)[0].occupied.test(position)) {
            const std::uint32_t index = (*levels_)[0].slots[position].next;
            const Node& out = node(index);
            const Due due{out.subject, Instant{Millis{static_cast<std::int64_t>(joined(out.at))}}};
            unlink(index);
            free_node(index);
            return due;
        }
        const auto event = next_event();
        if (!event || *event > goal) {
            now_ = std::max(now_, goal);
            cascade_ahead();
            return {};
        }
        now_ = *event - 1;
        if (!cascade_into(*event, budget)) return {};
        now_ = *event;
    }
}

std::optional<Due> TimerWheel::pop(Instant to) {
    std::size_t budget = kCascadeBudget;
    return take(to_unix_millis(to), budget);
}

void TimerWheel::advance(Instant to, std::size_t limit, std::vector<Due>& out) {
    std::size_t budget = kCascadeBudget;
    for (; limit > 0; --limit) {
        const auto due = take(to_unix_millis(to), budget);
        if (!due) return;
        out.push_back(*due);
    }
}

std::optional<Instant> TimerWheel::next_hint() const {
    const auto event = next_event();
    if (!event) return {};
    return Instant{Millis{*event}};
}

std::size_t TimerWheel::memory() const {
    return sizeof *this + sizeof(Levels) + chunks_.capacity() * sizeof chunks_[0] +
           chunks_.size() * kChunk * sizeof(Node);
}

}  // namespace ecron::analysis
