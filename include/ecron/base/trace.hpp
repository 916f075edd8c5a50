#pragma once
#include <optional>
#include <string>
#include <string_view>

/// Trace contexts as texts. Source: W3C Trace Context, `traceparent`. Pure.
namespace ecron {

/// Returns the `traceparent` of a request in version 00; nullopt if it is absent or invalid.
std::optional<std::string> read_traceparent(std::string_view text);

/// Returns the `traceparent` for what an attempt calls. The trace is that of the request for the execution,
/// or else one of its own: the execution's id without hyphens if it is a UUID. The span is derived from
/// execution and attempt, so it is the same on every node. `requested`: as returned by read_traceparent(),
/// or empty.
std::string attempt_traceparent(std::string_view requested, std::string_view execution, int attempt);

/// The parts of a `traceparent` that one of these functions returned, as long as that text lives.
struct TraceContext {
    std::string_view trace, span;  // in lower-case hexadecimal digits
    bool sampled{false};
};
[[nodiscard]] TraceContext trace_context(std::string_view traceparent);

}  // namespace ecron
