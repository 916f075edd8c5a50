#include "cron/years.hpp"

#include <numeric>
#include <vector>

namespace ecron::cron {
namespace {

constexpr unsigned kBits = 56;
constexpr unsigned kLargestStep = 15;

/// Returns the largest step that reaches all of these years and fits into a pattern.
unsigned common_step(const std::vector<unsigned>& years) {
    unsigned divisor = 0;
    for (const unsigned year : years) divisor = std::gcd(divisor, year - years.front());
    for (unsigned step = kLargestStep; step > 1; --step)
        if (divisor % step == 0 && divisor != 0) return step;
    return 1;
}

}  // namespace

bool put_years(Pattern& pattern, const std::bitset<256>& years) {
    std::vector<unsigned> chosen;
    for (unsigned year = 0; year < years.size(); ++year)
        if (years.test(year)) chosen.push_back(year);
    const unsigned first = chosen.front(), last = chosen.back(), step = common_step(chosen);
    const unsigned steps = (last - first) / step;
    const bool is_whole_range = chosen.size() == steps + 1;
    if (steps >= kBits && !is_whole_range) return false;

    std::uint64_t bits = 0;
    for (const unsigned year : chosen)
        if ((year - first) / step < kBits) bits |= 1ULL << (year - first) / step;
    pattern.years = bits & ((1ULL << kBits) - 1);
    pattern.first_year = first & 0xFFU;
    pattern.last_year = last & 0xFFU;
    pattern.year_step = step & 0xFU;
    return true;
}

}  // namespace ecron::cron
