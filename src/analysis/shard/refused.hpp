#pragma once
#include <string_view>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/base/log.hpp"
#include "ecron/store/refusal.hpp"

/// Handling of writes that the store rejects permanently.
namespace ecron::analysis {

/// Returns true if the write should be repeated without its payload: it was rejected for its content, or
/// repeatedly for an unknown reason.
[[nodiscard]] inline bool needs_less(const Error& error, std::size_t tries) {
    constexpr std::size_t kTriesAsItIs = 3;
    return store::is_refused_content(error) || (error.code == Errc::internal && tries >= kTriesAsItIs);
}

/// Logs a persistent rejection once, then about every minute.
inline void log_refusal(std::string_view what, const ExecuteId& id, const Error& error, std::size_t tries) {
    constexpr std::size_t kTriesAMinute = 30;
    if (error.code == Errc::unavailable || tries % kTriesAMinute != 0) return;
    log::error("failed to write {}, retrying: execute_id={} error=\"{}\"", what, id, error.what);
}

}  // namespace ecron::analysis
