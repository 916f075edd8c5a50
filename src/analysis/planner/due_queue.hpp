#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "ecron/base/time.hpp"

namespace ecron::analysis {

/// A binary heap by instant with removal from the middle: for subjects due at an instant that the wheel has
/// already passed. Reports each subject's position by calling `moved(subject, position)`.
class DueQueue {
public:
    struct Entry {
        Instant at{};
        Instant seen{};  // when it became known, for ClaimPlanner::settle
        std::uint32_t subject{};
        bool settled{false};  // known to be not missed
    };

    [[nodiscard]] bool empty() const { return heap_.empty(); }
    [[nodiscard]] const Entry& top() const { return heap_.front(); }
    [[nodiscard]] std::size_t memory() const { return heap_.capacity() * sizeof(Entry); }

    template <class Moved> void push(const Entry& entry, const Moved& moved) {
        heap_.push_back(entry);
        rise(heap_.size() - 1, moved);
    }

    template <class Moved> Entry pop(const Moved& moved) {
        const Entry first = heap_.front();
        erase(0, moved);
        return first;
    }

    template <class Moved> void erase(std::size_t position, const Moved& moved) {
        const Entry last = heap_.back();
        heap_.pop_back();
        if (position == heap_.size()) return;
        heap_[position] = last;
        rise(sink(position, moved), moved);
    }

private:
    static bool before(const Entry& a, const Entry& b) {
        return a.at != b.at ? a.at < b.at : a.subject < b.subject;
    }

    template <class Moved> void rise(std::size_t position, const Moved& moved) {
        while (position > 0 && before(heap_[position], heap_[(position - 1) / 2])) {
            std::swap(heap_[position], heap_[(position - 1) / 2]);
            moved(heap_[position].subject, position);
            position = (position - 1) / 2;
        }
        moved(heap_[position].subject, position);
    }

    template <class Moved> std::size_t sink(std::size_t position, const Moved& moved) {
        for (;;) {
            std::size_t child = 2 * position + 1;
            if (child >= heap_.size()) break;
            if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
            if (!before(heap_[child], heap_[position])) break;
            std::swap(heap_[position], heap_[child]);
            moved(heap_[position].subject, position);
            position = child;
        }
        return position;
    }

    std::vector<Entry> heap_;
};

}  // namespace ecron::analysis
