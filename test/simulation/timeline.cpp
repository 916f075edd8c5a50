#include "simulation/timeline.hpp"

#include <algorithm>
#include <stdexcept>

#include "simulation/process.hpp"

namespace ecron::sim {
namespace {

constexpr std::uint64_t kMaxAtOnce = 200'000;  // maximum of events at one instant; more means a busy loop

}  // namespace

void Timeline::at(Time when, Action action) {
    enter(when, {.process = nullptr, .action = std::move(action)});
}

void Timeline::at(Time when, std::shared_ptr<Process> process, Ticket ticket) {
    enter(when, {.process = std::move(process), .ticket = ticket, .action = {}});
}

void Timeline::enter(Time when, Event event) {
    std::uint32_t slot = 0;
    if (free_.empty()) {
        slot = static_cast<std::uint32_t>(events_.size());
        events_.push_back(std::move(event));
    } else {
        slot = free_.back();
        free_.pop_back();
        events_[slot] = std::move(event);
    }
    heap_.push_back({std::max(when, now_), ++entered_, slot});
    std::ranges::push_heap(heap_, std::greater{});
}

void Timeline::run_until(Time end) {
    std::uint64_t at_once = 0;
    while (!heap_.empty() && heap_.front().when <= end) {
        std::ranges::pop_heap(heap_, std::greater{});
        const Entry entry = heap_.back();
        heap_.pop_back();
        at_once = entry.when == now_ ? at_once + 1 : 0;
        if (at_once > kMaxAtOnce)
            throw std::runtime_error{"the simulated time does not advance: a coroutine repeats a wait of 0"};
        now_ = entry.when;
        Event event = std::move(events_[entry.event]);
        free_.push_back(entry.event);
        if (event.process != nullptr)
            event.process->arrive(event.ticket);
        else
            event.action();
    }
    now_ = std::max(now_, end);
}

}  // namespace ecron::sim
