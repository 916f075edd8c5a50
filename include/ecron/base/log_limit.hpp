#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ecron/base/time.hpp"

namespace ecron::log {

/// How many lines of one source are written per span, and how many sources are tracked at a time.
struct LineRule {
    std::size_t lines{5};
    Millis span{10'000};
    std::size_t sources{1'000};
};

/// Limits log lines that clients or outages can cause without bound. A source is whatever identifies similar
/// lines: a tenant, or the message itself. Its span begins with its first line; lines beyond the rule are
/// counted. Sources beyond the tracked ones share one count, under the name `kOthers`. Contains no clock.
/// Threads: none; the owner makes all calls.
class LineLimit {
public:
    static constexpr std::string_view kOthers = "(others)";

    LineLimit() = default;
    explicit LineLimit(LineRule rule) : rule_(rule) {}

    /// Returns true if a line of this source is to be written. Discards the counts of spans that have ended:
    /// an owner that reports them calls ended() first.
    [[nodiscard]] bool takes(std::string_view source, SteadyInstant now);

    struct Suppressed {
        std::string source;
        std::uint64_t lines{};
    };
    /// Returns the sources whose span has ended with suppressed lines; each one once.
    [[nodiscard]] std::vector<Suppressed> ended(SteadyInstant now);

    /// Discards all spans: the next line of every source is written.
    void reset();

private:
    struct Span {
        SteadyInstant end;
        std::uint64_t lines{};
    };
    LineRule rule_{};
    std::map<std::string, Span, std::less<>> spans_;
    SteadyInstant first_end_{SteadyInstant::max()};
};

}  // namespace ecron::log
