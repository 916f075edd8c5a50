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

void leave_out(store::Missed& missed, std::span<const Instant> claimed,
               const model::Occurrences& occurrences) {
    for (const Instant instant : claimed) {
        if (instant < missed.from || instant > missed.to || missed.count == 0) continue;
        --missed.count;
        if (instant == missed.from) missed.from = occurrences.next(instant).value_or(missed.to);
    }
    for (auto last = claimed.rbegin(); last != claimed.rend() && *last == missed.to; ++last)
        missed.to = occurrences.previous(*last).value_or(missed.from);
    if (missed.to < missed.from) missed.count = 0;
}

void append_instants(const store::Missed& told, const store::Missed& within,
                     const model::Occurrences& occurrences, std::vector<Instant>& out) {
    const Instant last = std::min(told.to, within.to);
    std::optional<Instant> one = occurrences.next(std::max(told.from, within.from) - Millis{1});
    for (; one && *one <= last; one = occurrences.next(*one)) out.push_back(*one);
}

}  // namespace ecron::analysis
