#include "ecron/base/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "ecron/base/stable_hash.hpp"

namespace ecron {
namespace {

constexpr std::size_t kTraceBegin = 3, kTraceLength = 32, kSpanBegin = 36, kSpanLength = 16, kFlagsBegin = 53,
                      kLength = 55;

bool is_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

/// The hexadecimal digits of a UUID, or of a hash of any other id.
std::string own_trace(std::string_view execution) {
    std::string digits{execution};
    std::erase(digits, '-');
    if (execution.size() == 36 && digits.size() == kTraceLength && is_hex(digits) && !is_zero(digits))
        return digits;
    return fmt::format("{:016x}{:016x}", stable_hash(execution, 't'), stable_hash(execution, 'r') | 1U);
}

}  // namespace

std::optional<std::string> read_traceparent(std::string_view text) {
    if (text.size() < kLength || text[2] != '-' || text[kSpanBegin - 1] != '-' ||
        text[kFlagsBegin - 1] != '-')
        return std::nullopt;
    const std::string_view version = text.substr(0, 2);
    const std::string_view trace = text.substr(kTraceBegin, kTraceLength);
    const std::string_view span = text.substr(kSpanBegin, kSpanLength);
    const std::string_view flags = text.substr(kFlagsBegin, 2);
    const bool is_known = version == "00" && text.size() == kLength;
    const bool is_newer =
        version > "00" && version < "ff" && (text.size() == kLength || text[kLength] == '-');
    const bool good = is_hex(version) && is_hex(trace) && is_hex(span) && is_hex(flags) && !is_zero(trace) &&
                      !is_zero(span) && (is_known || is_newer);
    if (!good) return std::nullopt;
    return fmt::format("00-{}-{}-{}", trace, span, flags);
}

std::string attempt_traceparent(std::string_view requested, std::string_view execution, int attempt) {
    const bool joins = requested.size() == kLength;
    const std::string trace =
        joins ? std::string{requested.substr(kTraceBegin, kTraceLength)} : own_trace(execution);
    const std::string_view flags = joins ? requested.substr(kFlagsBegin, 2) : "01";
    const std::uint64_t span = stable_hash(fmt::format("{} {}", execution, attempt), 's');
    return fmt::format("00-{}-{:016x}-{}", trace, span == 0 ? 1 : span, flags);
}

TraceContext trace_context(std::string_view traceparent) {
    assert(traceparent.size() == kLength);
    const char last = traceparent[kLength - 1];  // of the flags: the lowest bit of this digit is `sampled`
    const int digit = last <= '9' ? last - '0' : last - 'a' + 10;
    return {.trace = traceparent.substr(kTraceBegin, kTraceLength),
            .span = traceparent.substr(kSpanBegin, kSpanLength),
            .sampled = digit % 2 == 1};
}

}  // namespace ecron
