#pragma once
#include <cassert>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <utility>

namespace ecron {

/// Items that wait for their turn. Owners, usually tenants, are served round-robin, in order within an owner,
/// so that an item waits for a share of the others' and not for their backlog. Threads: one at a time.
template <class Owner, class Item> class RoundRobin {
public:
    /// `owner` may be of any type that is comparable with Owner and explicitly converts to it.
    template <class Key> void push(const Key& owner, Item item) {
        auto line = lines_.find(owner);
        if (line == lines_.end()) {
            line = lines_.emplace(Owner{owner}, Line{}).first;
            turns_.push_back(line);
        }
        line->second.push_back(std::move(item));
        ++size_;
    }

    /// Takes the next item of the next owner. There must be one.
    Item pop() {
        assert(!empty());
        const auto line = turns_.front();
        turns_.pop_front();
        Item item = std::move(line->second.front());
        line->second.pop_front();
        if (line->second.empty())
            lines_.erase(line);
        else
            turns_.push_back(line);
        --size_;
        return item;
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    void clear() {
        turns_.clear();
        lines_.clear();
        size_ = 0;
    }

private:
    using Line = std::deque<Item>;
    using Lines = std::map<Owner, Line, std::less<>>;

    Lines lines_;                                 // no empty ones
    std::deque<typename Lines::iterator> turns_;  // each line once
    std::size_t size_{0};
};

}  // namespace ecron
