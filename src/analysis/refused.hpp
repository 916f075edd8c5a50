#pragma once
#include <string_view>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/base/log.hpp"
#include "ecron/store/refusal.hpp"

/// What the scheduler does about a write that the store refuses other than for now.
namespace ecron::analysis {

/// Whether to write it again with its payload dropped: refused for its content, or time and again for a
/// reason that the store does not know.
[[nodiscard]] inline bool needs_less(const Error& error, std::size_t tries) {
    constexpr std::size_t kTriesAsItIs = 3;
    return store::is_refused_content(error) || (error.code == Errc::internal && tries >= kTriesAsItIs);
}

/// Logs a refusal that does not pass by itself, once and then about every minute.
inline void log_refusal(std::string_view what, const ExecuteId& id, const Error& error, std::size_t tries) {
    constexpr std::size_t kTriesAMinute = 30;
    if (error.code == Errc::unavailable || tries % kTriesAMinute != 0) return;
    log::error("failed to write {}, retrying execution={} error=\"{}\"", what, id, error.what);
}

}  // namespace ecron::analysis
