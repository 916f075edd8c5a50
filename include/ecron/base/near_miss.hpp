#pragma once
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <vector>

/// Suggestions for mistyped names.
namespace ecron {

/// Returns the number of insertions, deletions, substitutions and transpositions of adjacent characters that
/// convert one text into the other (Damerau, 1964; the restricted form: no substring is edited twice).
inline std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> before_last(to.size() + 1), last(to.size() + 1), row(to.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        row[0] = i + 1;
        for (std::size_t j = 0; j < to.size(); ++j) {
            row[j + 1] = std::min({last[j] + (from[i] == to[j] ? 0U : 1U), last[j + 1] + 1, row[j] + 1});
            const bool swapped = i > 0 && j > 0 && from[i] == to[j - 1] && from[i - 1] == to[j];
            if (swapped) row[j + 1] = std::min(row[j + 1], before_last[j - 1] + 1);
        }
        before_last.swap(last);
        last.swap(row);
    }
    return last.back();
}

/// Returns the candidate closest to `name`, or an empty text if none is close: at most a third of the letters
/// may differ.
template <class Names> std::string_view near_miss(std::string_view name, const Names& candidates) {
    constexpr std::size_t kLongest = 64;  // longer texts are not mistyped names, and the cost is quadratic
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
