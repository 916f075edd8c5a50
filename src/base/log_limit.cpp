#include "ecron/base/log_limit.hpp"

#include <algorithm>

namespace ecron::log {

bool LineLimit::takes(std::string_view source, SteadyInstant now) {
    auto span = spans_.find(source);
    if (span == spans_.end() && spans_.size() >= kSources) {
        source = kOthers;
        span = spans_.find(source);
    }
    if (span == spans_.end()) {
        span = spans_.emplace(std::string{source}, Span{.end = now + kSpan}).first;
        first_end_ = std::min(first_end_, span->second.end);
    }
    return ++span->second.lines <= kLines;
}

std::vector<LineLimit::Suppressed> LineLimit::ended(SteadyInstant now) {
    std::vector<Suppressed> suppressed;
    if (now < first_end_) return suppressed;
    first_end_ = SteadyInstant::max();
    std::erase_if(spans_, [&](const auto& entry) {
        const auto& [source, span] = entry;
        if (now < span.end) {
            first_end_ = std::min(first_end_, span.end);
            return false;
        }
        if (span.lines > kLines) suppressed.push_back({source, span.lines - kLines});
        return true;
    });
    return suppressed;
}

}  // namespace ecron::log
