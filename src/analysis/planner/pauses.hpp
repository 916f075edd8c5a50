#pragma once
#include <algorithm>
#include <optional>
#include <unordered_map>
#include <vector>

#include "analysis/planner/span.hpp"
#include "ecron/analysis/planner.hpp"

namespace ecron::analysis {

/// The pauses of a tenant, or of all (nullopt), that may contain undecided occurrences or unstarted runs.
class Pauses {
public:
    /// `oldest`: pauses that ended before it are forgotten.
    void begin(std::optional<Group> tenant, Instant since, Instant oldest) {
        std::vector<Span>& spans = of(tenant);
        if (is_open(spans)) {
            spans.back().begin = std::min(spans.back().begin,
                                          since);  // the log is read from further back
            return;
        }
        std::erase_if(spans, [oldest](const Span& span) { return span.end < oldest; });
        spans.push_back({since, Instant::max()});
    }

    /// `since`: when the pause began that ends, in case it is unknown.
    void end(std::optional<Group> tenant, Instant at, std::optional<Instant> since) {
        std::vector<Span>& spans = of(tenant);
        const Instant current = is_open(spans) ? spans.back().begin : Instant::max();
        const bool is_later = current > at || (current == at && since.value_or(at) < at);
        if (is_open(spans) && !is_later)
            spans.back().end = at;
        else if (since)  // an earlier pause than the current one, or one that ended before it became known
            spans.insert(is_open(spans) ? spans.end() - 1 : spans.end(), Span{*since, at});
    }

    /// Returns the end of the pause that contains the instant; nullopt if it is not paused.
    [[nodiscard]] std::optional<Instant> end_of(Group tenant, Instant due) const {
        std::optional<Instant> end;
        each(tenant, [&](const Span& span) {
            if (span.contains(due)) end = std::max(end.value_or(span.end), span.end);
        });
        return end;
    }

    /// Returns where the first pause in [from, until) begins.
    [[nodiscard]] std::optional<Instant> begin_within(Group tenant, Instant from, Instant until) const {
        std::optional<Instant> first;
        each(tenant, [&](const Span& span) {
            if (span.begin >= from && span.begin < until && span.begin < span.end)
                first = std::min(first.value_or(span.begin), span.begin);
        });
        return first;
    }

    void clear() {
        of_all_.clear();
        of_tenant_.clear();
    }
    [[nodiscard]] std::size_t memory() const {
        constexpr std::size_t kMapNode = 4 * sizeof(void*);
        return of_tenant_.size() * (sizeof(Span) + kMapNode);
    }

private:
    static bool is_open(const std::vector<Span>& spans) {
        return !spans.empty() && spans.back().end == Instant::max();
    }
    std::vector<Span>& of(std::optional<Group> tenant) { return tenant ? of_tenant_[*tenant] : of_all_; }
    template <class Visit> void each(Group tenant, const Visit& visit) const {
        for (const Span& span : of_all_) visit(span);
        if (of_tenant_.empty()) return;
        if (const auto own = of_tenant_.find(tenant); own != of_tenant_.end())
            for (const Span& span : own->second) visit(span);
    }

    std::vector<Span> of_all_;  // sorted; the last may be open, as below
    std::unordered_map<Group, std::vector<Span>> of_tenant_;
};

}  // namespace ecron::analysis
