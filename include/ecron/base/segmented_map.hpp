#pragma once
#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>

namespace ecron {

/// A hash map that grows in small steps: it consists of segments, and an insertion rehashes at most one of
/// them. A single table of 100,000 entries is rehashed in about 10 ms, for which the thread does nothing
/// else. Addresses of values are valid until they are erased. Threads: one at a time.
template <class Key, class Value, std::size_t kSegments = 64> class SegmentedMap {
public:
    [[nodiscard]] Value* find(const Key& key) {
        auto& segment = segment_of(key);
        const auto found = segment.find(key);
        return found == segment.end() ? nullptr : &found->second;
    }

    Value& insert_or_assign(const Key& key, Value value) {
        const auto [place, is_new] = segment_of(key).insert_or_assign(key, std::move(value));
        if (is_new) ++size_;
        return place->second;
    }

    std::optional<Value> take(const Key& key) {
        auto node = segment_of(key).extract(key);
        if (node.empty()) return std::nullopt;
        --size_;
        return std::move(node.mapped());
    }

    /// Returns false if there is none.
    bool erase(const Key& key) {
        const std::size_t erased = segment_of(key).erase(key);
        size_ -= erased;
        return erased != 0;
    }

    /// Calls `look` with each key and value.
    template <class Look> void each(Look look) const {
        for (const auto& segment : segments_)
            for (const auto& [key, value] : segment) look(key, value);
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }

private:
    using Segment = std::unordered_map<Key, Value>;

    /// By other bits than those of the place in the segment: identical hashes of numbers are common.
    [[nodiscard]] Segment& segment_of(const Key& key) {
        constexpr std::size_t kSpread = 0x9e3779b97f4a7c15;  // 2^64 divided by the golden ratio
        return segments_[(std::hash<Key>{}(key)*kSpread >> 32) % kSegments];
    }

    std::array<Segment, kSegments> segments_;
    std::size_t size_{0};
};

}  // namespace ecron
