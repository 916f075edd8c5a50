#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ecron/base/time.hpp"

namespace ecron::log {

/// Bounds the log lines that clients can cause at will: `kLines` of one source in `kSpan`, the rest is
/// counted. Sources beyond `kSources` at a time share one count. Threads: its owner's.
class LineLimit {
public:
    static constexpr std::size_t kLines = 5;
    static constexpr Millis kSpan{10'000};
    static constexpr std::size_t kSources = 1'000;
    static constexpr std::string_view kOthers = "(others)";

    /// Whether a line about this source is to be written.
    [[nodiscard]] bool takes(std::string_view source, SteadyInstant now);

    struct Suppressed {
        std::string source;
        std::uint64_t lines{};
    };
    /// The sources whose span has ended with lines left out; each is given once.
    [[nodiscard]] std::vector<Suppressed> ended(SteadyInstant now);

private:
    struct Span {
        SteadyInstant end;
        std::uint64_t lines{};
    };
    std::map<std::string, Span, std::less<>> spans_;
    SteadyInstant first_end_{SteadyInstant::max()};
};

}  // namespace ecron::log
