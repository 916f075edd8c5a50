#include "cron/tzif.hpp"

#include <cstdint>
#include <utility>

#include "cron/posix_rule.hpp"

namespace ecron::cron {
namespace {

using std::chrono::sys_seconds;
using Offset = std::chrono::duration<std::int32_t>;

constexpr std::size_t kHeaderSize = 44;
constexpr sys_seconds kFirstOfInterest = std::chrono::sys_days{std::chrono::year{1969} / 12 / 1};
constexpr std::chrono::year kLastYear{2200};

std::int64_t big_endian(std::string_view bytes) {
    std::uint64_t value = (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0 ? ~0ULL : 0ULL;
    for (const char byte : bytes) value = (value << 8U) | static_cast<unsigned char>(byte);
    return static_cast<std::int64_t>(value);
}

struct Header {
    std::size_t utc_flags{}, standard_flags{}, leap_seconds{}, times{}, types{}, characters{};
    [[nodiscard]] std::size_t body_size(std::size_t time_size) const {
        return times * (time_size + 1) + types * 6 + characters + leap_seconds * (time_size + 4) +
               standard_flags + utc_flags;
    }
};

std::optional<Header> read_header(std::string_view bytes) {
    if (bytes.size() < kHeaderSize || !bytes.starts_with("TZif") || bytes[4] < '2') return std::nullopt;
    const auto count = [&](std::size_t field) {
        return static_cast<std::size_t>(big_endian(bytes.substr(20 + field * 4, 4)) & 0xFFFF'FFFF);
    };
    const Header header{count(0), count(1), count(2), count(3), count(4), count(5)};
    constexpr std::size_t kPlenty = 100'000;
    if (header.times > kPlenty || header.types > 256 || header.characters > kPlenty) return std::nullopt;
    if (header.leap_seconds != 0 || header.types == 0) return std::nullopt;
    return header;
}

/// Collects transitions in chronological order and drops those that do not change the offset.
class Collector {
public:
    explicit Collector(Offset offset) : intervals_{{Zone::kBeginOfTime, offset, offset}} {}

    void add(sys_seconds at, Offset offset) {
        if (at < kFirstOfInterest) {
            intervals_.front() = {Zone::kBeginOfTime, offset, offset};
            return;
        }
        const Offset before = intervals_.back().offset;
        if (offset != before && at > intervals_.back().begin) intervals_.push_back({at, offset, before});
    }

    std::vector<Zone::Interval> take() { return std::move(intervals_); }

private:
    std::vector<Zone::Interval> intervals_;
};

void add_rule(Collector& changes, const PosixRule& rule, sys_seconds listed_until) {
    if (!rule.has_summer) return;  // the last listed transition already set the final offset
    const std::chrono::year_month_day last_listed{std::chrono::floor<std::chrono::days>(listed_until)};
    for (std::chrono::year year = last_listed.year(); year <= kLastYear; ++year)
        for (const PosixRule::Change& change : rule.changes_of(year))
            if (change.at > listed_until) changes.add(change.at, Offset{change.offset});
}

}  // namespace

std::optional<std::vector<Zone::Interval>> read_tzif(std::string_view bytes) {
    const auto old_header = read_header(bytes);
    if (!old_header) return std::nullopt;
    const std::size_t second_block = kHeaderSize + old_header->body_size(4);
    if (bytes.size() < second_block) return std::nullopt;
    bytes.remove_prefix(second_block);
    const auto header = read_header(bytes);
    if (!header || bytes.size() < kHeaderSize + header->body_size(8)) return std::nullopt;

    const std::string_view times = bytes.substr(kHeaderSize, header->times * 8);
    const std::string_view types = bytes.substr(kHeaderSize + header->times * 8, header->times);
    const std::string_view infos = bytes.substr(kHeaderSize + header->times * 9, header->types * 6);
    const auto offset_of = [&](std::size_t type) {
        return Offset{static_cast<std::int32_t>(big_endian(infos.substr(type * 6, 4)))};
    };

    Collector changes{offset_of(0)};
    sys_seconds last = kFirstOfInterest;
    for (std::size_t i = 0; i < header->times; ++i) {
        const auto type = static_cast<unsigned char>(types[i]);
        if (type >= header->types) return std::nullopt;
        const sys_seconds at{std::chrono::seconds{big_endian(times.substr(i * 8, 8))}};
        changes.add(at, offset_of(type));
        last = std::max(last, at);
    }

    std::string_view footer = bytes.substr(kHeaderSize + header->body_size(8));
    if (footer.size() >= 2 && footer.front() == '\n' && footer.back() == '\n') {
        footer = footer.substr(1, footer.size() - 2);
        if (!footer.empty()) {
            const auto rule = parse_posix_rule(footer);
            if (!rule) return std::nullopt;
            add_rule(changes, *rule, last);
        }
    }
    return changes.take();
}

}  // namespace ecron::cron
