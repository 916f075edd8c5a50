#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"

/// One line per event: a fixed phrase, then key=value pairs (log_line.hpp), which are members of their own in
/// JSON. The same keys everywhere: execute_id, job_id, job_name, tenant, request_id. Threads: any. error:
/// requires action. warn: ecron handles it, operators should know. info: state changes. debug: decisions.
namespace ecron::log {

enum class Level : std::uint8_t { debug, info, warn, error };
enum class Format : std::uint8_t { text, json };

struct Options {
    Level level{Level::info};
    Format format{Format::text};
    std::string file{};  // empty: standard error
};

/// Configures or replaces the sink. Before the first call, lines of level info and above are written to
/// standard error as text.
Result<void> configure(const Options& options);
/// Closes and reopens the log file, for log rotation.
void reopen();
[[nodiscard]] bool enabled(Level level);
/// Writes one line; `text` as for split_line().
void write(Level level, std::string_view text, fmt::format_args arguments);

inline std::string_view view_of(fmt::string_view text) { return {text.data(), text.size()}; }
template <class... Args> void debug(fmt::format_string<Args...> text, Args&&... args) {
    if (enabled(Level::debug)) write(Level::debug, view_of(text), fmt::make_format_args(args...));
}
template <class... Args> void info(fmt::format_string<Args...> text, Args&&... args) {
    if (enabled(Level::info)) write(Level::info, view_of(text), fmt::make_format_args(args...));
}
template <class... Args> void warn(fmt::format_string<Args...> text, Args&&... args) {
    if (enabled(Level::warn)) write(Level::warn, view_of(text), fmt::make_format_args(args...));
}
template <class... Args> void error(fmt::format_string<Args...> text, Args&&... args) {
    if (enabled(Level::error)) write(Level::error, view_of(text), fmt::make_format_args(args...));
}

}  // namespace ecron::log

template <class Tag, class Rep> struct fmt::formatter<ecron::Id<Tag, Rep>> : fmt::formatter<Rep> {
    auto format(const ecron::Id<Tag, Rep>& id, format_context& context) const {
        return fmt::formatter<Rep>::format(id.value(), context);
    }
};
