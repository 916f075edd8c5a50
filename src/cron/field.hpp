#pragma once
#include <array>
#include <bit>
#include <bitset>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/cron/schedule.hpp"

/// Parses one field of an expression into the set of its values.
namespace ecron::cron {

enum class Field : std::uint8_t { second, minute, hour, day, month, weekday, year };

struct FieldText {
    std::string_view text;
    std::size_t position{};  // offset in the whole expression
};

struct FieldSet {
    std::uint64_t values{};  // bit n: the value n as written; weekdays from Sunday; unused for years
    std::bitset<256> years;  // bit n: the year 1970 + n
    bool star{false};        // an element is `*` or `?`: the field does not restrict
    bool stepped{false};     // an element has a step
    std::uint32_t days_from_end{};
    std::uint32_t nearest_working_days{};
    std::uint64_t nth_weekdays{};
    std::uint8_t last_weekdays{};

    [[nodiscard]] bool is_single() const { return std::has_single_bit(values); }
};

/// The fields of an expression. An absent year does not restrict.
class Fields {
public:
    FieldSet& operator[](Field field) { return sets_[static_cast<std::size_t>(field)]; }
    const FieldSet& operator[](Field field) const { return sets_[static_cast<std::size_t>(field)]; }

private:
    std::array<FieldSet, 7> sets_;
};

/// Parses one field. Appends to `warnings` likely mistakes and the errors that Strictness::takeover
/// tolerates.
std::expected<FieldSet, ParseError> parse_field(Field field, FieldText text, const ParseOptions& options,
                                                std::vector<std::string>& warnings);

}  // namespace ecron::cron
