#include "ecron/base/segmented_map.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <random>
#include <string>

using namespace ecron;

namespace {

/// Counts how often keys are hashed. A table does not store the hashes of keys that are hashed fast and
/// without exceptions, so it hashes all of them again when it grows.
struct Counted {
    std::uint64_t value{};
    bool operator==(const Counted&) const = default;
    static inline std::size_t hashed = 0;
};

}  // namespace

template <> struct std::hash<Counted> {
    std::size_t operator()(const Counted& key) const noexcept {
        ++Counted::hashed;
        return key.value;
    }
};

TEST_CASE("a segmented map does what a map does", "[base]") {
    SegmentedMap<std::string, int> map;
    std::map<std::string, int> expected;
    std::mt19937 random{7};
    for (int i = 0; i < 20'000; ++i) {
        const std::string key = std::to_string(random() % 500);
        switch (random() % 3) {
            case 0:
                CHECK(map.insert_or_assign(key, i) == (expected[key] = i));
                break;
            case 1:
                CHECK(map.erase(key) == (expected.erase(key) == 1));
                break;
            default: {
                const auto found = expected.find(key);
                const std::optional<int> taken = map.take(key);
                CHECK(taken == (found == expected.end() ? std::nullopt : std::optional{found->second}));
                if (found != expected.end()) expected.erase(found);
            }
        }
        CHECK(map.size() == expected.size());
    }
    std::map<std::string, int> all;
    map.each([&](const std::string& key, int value) { all.emplace(key, value); });
    CHECK(all == expected);
    for (const auto& [key, value] : expected) CHECK(*map.find(key) == value);
    CHECK(map.find("absent") == nullptr);
    CHECK(map.empty() == expected.empty());
}

TEST_CASE("no insertion into a segmented map rehashes more than a part of it", "[base]") {
    constexpr std::uint64_t kEntries = 100'000;
    SegmentedMap<Counted, int> map;
    std::size_t most = 0;
    int* const first = &map.insert_or_assign({0}, 42);
    for (std::uint64_t i = 1; i < kEntries; ++i) {
        const std::size_t before = Counted::hashed;
        map.insert_or_assign({i}, 0);
        most = std::max(most, Counted::hashed - before);
    }
    CHECK(most < kEntries / 20);
    CHECK(most > 100);  // hashing is observed
    CHECK(map.find({0}) == first);
    CHECK(*first == 42);
}
