#include "ecron/base/log_limit.hpp"

#include <algorithm>
#include <tuple>

namespace ecron::log {

bool LineLimit::takes(std::string_view source, SteadyInstant now) {
    std::ignore = ended(now);
    auto span = spans_.find(source);
    if (span == spans_.end() && spans_.size() - spans_.count(kOthers) >= rule_.sources) {
        source = kOthers;
        span = spans_.find(source);
    }
    if (span == spans_.end()) {
        span = spans_.emplace(std::string{source}, Span{.end = now + rule_.span}).first;
        first_end_ = std::min(first_end_, span->second.end);
    }
    return ++span->second.lines <= rule_.lines;
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
        if (span.lines > rule_.lines) suppressed.push_back({source, span.lines - rule_.lines});
        return true;
    });
    return suppressed;
}

void LineLimit::reset() {
    spans_.clear();
    first_end_ = SteadyInstant::max();
}

}  // namespace ecron::log
