#include "ui/byte_range.hpp"

#include <algorithm>
#include <charconv>

namespace ecron::ui {
namespace {

using Kind = RangeRequest::Kind;

/// Returns nullopt unless the text consists of digits. A number that does not fit counts as the largest one.
std::optional<std::size_t> number_of(std::string_view digits) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || end != digits.data() + digits.size()) return std::nullopt;
    return error == std::errc::result_out_of_range ? SIZE_MAX : value;
}

RangeRequest last_bytes(std::size_t count, std::size_t size) {
    if (count == 0 || size == 0) return {Kind::unsatisfiable};
    return {Kind::part, {size - std::min(count, size), size - 1}};
}

}  // namespace

RangeRequest read_range(std::string_view range, std::size_t size) {
    constexpr std::string_view kUnit = "bytes=";
    if (!range.starts_with(kUnit)) return {};
    range.remove_prefix(kUnit.size());
    const std::size_t dash = range.find('-');
    if (dash == range.npos) return {};
    const std::optional<std::size_t> first = number_of(range.substr(0, dash));
    const std::optional<std::size_t> last = number_of(range.substr(dash + 1));
    if (dash == 0) return last ? last_bytes(*last, size) : RangeRequest{};
    const bool is_open = dash + 1 == range.size();
    if (!first || (!last && !is_open) || (last && *last < *first)) return {};
    if (*first >= size) return {Kind::unsatisfiable};
    return {Kind::part, {*first, std::min(last.value_or(size - 1), size - 1)}};
}

}  // namespace ecron::ui
