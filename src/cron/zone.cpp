#include "ecron/cron/zone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>

#include "cron/tzif.hpp"
#include "cron/zone_hint.hpp"

namespace ecron::cron {
namespace {

namespace fs = std::filesystem;
using std::chrono::sys_seconds;

constexpr std::size_t kSliceBits = 24;
constexpr std::int64_t kLastSecond = 7'289'654'400;  // 2201-01-01
constexpr sys_seconds kEndOfTime{Seconds{1LL << 40}};
constexpr std::size_t kMaxZones = 2048;  // the IANA database has about 600 names
constexpr std::uintmax_t kMaxFileSize = 1U << 20U;

/// Zones by index. find_zone writes an element before it returns the index, so the holder of an index reads
/// it without a lock.
constinit std::array<const Zone*, kMaxZones> zones_by_index{};

/// All zones that were loaded.
struct Registry {
    std::shared_mutex mutex;
    std::map<std::string, std::unique_ptr<const Zone>, std::less<>> by_name;
    const Zone* utc;

    Registry() : utc(insert("UTC", {{Zone::kBeginOfTime, {}, {}}})) {}

    const Zone* insert(std::string name, std::vector<Zone::Interval> changes) {
        const auto index = static_cast<std::uint16_t>(by_name.size());
        auto zone = std::make_unique<const Zone>(name, index, std::move(changes));
        zones_by_index[index] = zone.get();
        return by_name.emplace(std::move(name), std::move(zone)).first->second.get();
    }
};

Registry& registry() {
    static auto* const instance = new Registry;  // never destroyed: schedules may outlive static objects
    return *instance;
}

fs::path database() {
    const char* const given = std::getenv("TZDIR");
    return given != nullptr && *given != '\0' ? given : "/usr/share/zoneinfo";
}

/// Names become paths: rejects those that would leave the database's directory.
bool is_plausible(std::string_view name) {
    constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    return !name.empty() && name.size() <= 64 && name.front() != '/' &&
           name.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::optional<std::vector<Zone::Interval>> read_zone_file(const fs::path& path) {
    std::error_code failed;
    if (!fs::is_regular_file(path, failed) || fs::file_size(path, failed) > kMaxFileSize) return std::nullopt;
    std::ifstream file{path, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    return read_tzif(bytes);
}

/// Excludes files of the database that are not zone names: "localtime", "posixrules", "posix/…", "Factory".
bool is_name_of_zone(std::string_view name) {
    return name.front() >= 'A' && name.front() <= 'Z' && !name.contains('.') && name != "Factory";
}

std::vector<std::string> all_names() {
    std::vector<std::string> names;
    std::error_code failed;
    const fs::path root = database();
    for (fs::recursive_directory_iterator entry{root, failed}, end; !failed && entry != end;
         entry.increment(failed)) {
        const std::string name = entry->path().lexically_relative(root).string();
        const bool is_copy = name == "posix" || name == "right";
        if (is_copy) entry.disable_recursion_pending();
        if (is_name_of_zone(name) && entry->is_regular_file(failed)) names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
}

std::unexpected<Error> unknown_zone(std::string_view name) {
    return fail(
        Errc::invalid,
        fmt::format("there is no time zone \"{}\"{}", name.substr(0, 64), zone_hint(name, all_names())),
        {"timezone"});
}

/// Returns the name of the host's zone: the TZ variable, or the target of /etc/localtime.
std::string local_name() {
    if (const char* const tz = std::getenv("TZ"); tz != nullptr) {
        const std::string_view name = *tz == ':' ? tz + 1 : tz;
        return name.empty() || name == "Local" ? "UTC" : std::string{name};
    }
    std::error_code failed;
    const std::string target = fs::read_symlink("/etc/localtime", failed).string();
    constexpr std::string_view kFolder = "zoneinfo/";
    const std::size_t at = target.find(kFolder);
    return at == std::string::npos ? "UTC" : target.substr(at + kFolder.size());
}

}  // namespace

Zone::Zone(std::string name, std::uint16_t index, std::vector<Interval> changes)
    : name_(std::move(name)),
      intervals_(std::move(changes)),
      index_(index) {
    const auto last_offset = intervals_.back().offset;
    intervals_.push_back({kEndOfTime, last_offset, last_offset});
    std::uint16_t current = 0;
    for (std::int64_t slice = 0; slice <= kLastSecond >> kSliceBits; ++slice) {
        while (intervals_[current + 1U].begin <= sys_seconds{Seconds{slice << kSliceBits}}) ++current;
        by_slice_.push_back(current);
    }
}

const Zone::Interval* Zone::interval_at(sys_seconds time) const noexcept {
    time = std::min(time, sys_seconds{Seconds{kLastSecond}});
    const std::int64_t slice = std::max<std::int64_t>(time.time_since_epoch().count(), 0) >> kSliceBits;
    const Interval* interval = &intervals_[by_slice_[static_cast<std::size_t>(slice)]];
    while (interval[1].begin <= time) ++interval;
    while (interval->begin > time && interval != intervals_.data()) --interval;
    return interval;
}

Seconds Zone::offset_at(Instant instant) const noexcept {
    return interval_at(std::chrono::floor<Seconds>(instant))->offset;
}

Result<const Zone*> find_zone(std::string_view name) {
    if (name != "Local" && is_plausible(name) && !is_name_of_zone(name)) return unknown_zone(name);
    return find_zone_file(name);
}

Result<const Zone*> find_zone_file(std::string_view name) {
    if (name == "Local") return find_zone_file(local_name());
    Registry& zones = registry();
    {
        const std::shared_lock lock{zones.mutex};
        if (const auto known = zones.by_name.find(name); known != zones.by_name.end())
            return known->second.get();
    }
    if (!is_plausible(name)) return unknown_zone(name);
    auto changes = read_zone_file(database() / name);
    if (!changes) return unknown_zone(name);
    const std::unique_lock lock{zones.mutex};
    if (const auto known = zones.by_name.find(name); known != zones.by_name.end()) return known->second.get();
    if (zones.by_name.size() == kMaxZones) return fail(Errc::internal, "too many time zones are in use");
    return zones.insert(std::string{name}, std::move(*changes));
}

const Zone* utc() noexcept { return registry().utc; }
const Zone* zone_by_index(std::uint16_t index) noexcept { return index == 0 ? utc() : zones_by_index[index]; }

}  // namespace ecron::cron
