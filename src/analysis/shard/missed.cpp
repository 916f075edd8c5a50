#include "analysis/shard/missed.hpp"

#include <algorithm>

#include "ecron/base/json_writer.hpp"

namespace ecron::analysis {

std::string summary_text(const store::Missed& missed) {
    std::string text;
    JsonWriter json{text};
    json.begin_object().member("from", format_rfc3339_millis(missed.from));
    json.member("to", format_rfc3339_millis(missed.to)).member("count", missed.count).end_object();
    return text;
}

void leave_out(MissedSummary& summary, std::span<const Instant> claimed) {
    auto& [missed, occurrences] = summary;
    for (const Instant instant : claimed) {
        if (instant < missed.from || instant > missed.to || missed.count == 0) continue;
        --missed.count;
        if (instant == missed.from) missed.from = occurrences.next(instant).value_or(missed.to);
    }
    for (auto last = claimed.rbegin(); last != claimed.rend() && *last == missed.to; ++last)
        missed.to = occurrences.previous(*last).value_or(missed.from);
    if (missed.to < missed.from) missed.count = 0;
}

void append_instants(const store::Missed& recorded, const MissedSummary& within, std::vector<Instant>& out) {
    const Instant last = std::min(recorded.to, within.missed.to);
    const model::Occurrences& all = within.occurrences;
    std::optional<Instant> one = all.next(std::max(recorded.from, within.missed.from) - Millis{1});
    for (; one && *one <= last; one = all.next(*one)) out.push_back(*one);
}

}  // namespace ecron::analysis
