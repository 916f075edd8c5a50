#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ecron::ui {

/// Bytes `first` to `last`, both included.
struct ByteRange {
    std::size_t first{}, last{};
    bool operator==(const ByteRange&) const = default;
};

/// What a `Range` selects in a representation (RFC 9110 §14.1.2).
struct RangeRequest {
    enum class Kind : std::uint8_t {
        whole,          // no range, several ranges, another unit, or malformed: the field is ignored
        part,           // 206
        unsatisfiable,  // 416
    } kind{};
    ByteRange part{};
};

/// `size`: of the representation. Pure.
[[nodiscard]] RangeRequest read_range(std::string_view range, std::size_t size);

}  // namespace ecron::ui
