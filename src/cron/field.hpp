#pragma once
#include <bitset>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/cron/schedule.hpp"

/// One field of an expression, from text to the set of its values.
namespace ecron::cron {

enum class Field : std::uint8_t { second, minute, hour, day, month, weekday, year };

struct FieldText {
    std::string_view text;
    std::size_t position{};  // in the whole expression
};

struct FieldSet {
    std::bitset<256> values;  // years from 1970 on, weekdays from Sunday, all others as they are written
    bool star{false};         // an element is `*` or `?`: the field restricts nothing
    bool stepped{false};      // an element has a step
    std::uint32_t days_from_end{};
    std::uint32_t nearest_working_days{};
    std::uint64_t nth_weekdays{};
    std::uint8_t last_weekdays{};

    [[nodiscard]] bool is_single() const { return values.count() == 1; }
    [[nodiscard]] std::uint64_t bits() const { return (values & std::bitset<256>{~0ULL}).to_ullong(); }
};

/// Reads one field; what `takeover` lets through and likely mistakes are appended to `warnings`.
std::expected<FieldSet, ParseError> parse_field(Field field, FieldText text, const ParseOptions& options,
                                                std::vector<std::string>& warnings);

/// What people call it: "minute", "day of month".
[[nodiscard]] std::string_view field_name(Field field);

}  // namespace ecron::cron
