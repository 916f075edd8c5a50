#pragma once
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <vector>

/// What somebody who mistyped a name probably meant.
namespace ecron {

/// Levenshtein's distance: insertions, deletions and replacements that turn one text into the other.
inline std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

/// The candidate closest to `name`, or an empty text when none is near: at most a third of the letters may
/// differ.
template <class Names> std::string_view near_miss(std::string_view name, const Names& candidates) {
    constexpr std::size_t kLongest =
        64;  // longer texts are no mistyped names, and the comparison is quadratic
    if (name.size() > kLongest) return {};
    std::string_view best;
    std::size_t nearest = std::max<std::size_t>(1, name.size() / 3) + 1;
    for (const std::string_view candidate : candidates) {
        const std::size_t distance = edit_distance(name, candidate);
        if (distance < nearest) nearest = distance, best = candidate;
    }
    return best;
}

}  // namespace ecron
