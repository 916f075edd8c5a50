#include "ecron/store/refusal.hpp"

#include <fmt/format.h>

#include "ecron/base/json_writer.hpp"

namespace ecron::store {

namespace {

constexpr std::size_t kReasonKept = 512;
constexpr std::size_t kOutputKept = 1'024;
constexpr std::size_t kNameKept = 64;

std::string note(std::string_view why) {
    return fmt::format("payload not stored: {}", plain_text(why, kReasonKept));
}

std::string with_note(const std::string& reason, std::string_view why) {
    const std::string kept = plain_text(reason, kReasonKept);
    return kept.empty() ? note(why) : fmt::format("{}; {}", kept, note(why));
}

}  // namespace

bool is_refused_content(const Error& error) {
    return error.code == Errc::invalid || error.code == Errc::too_large;
}

std::string plain_text(std::string_view text, std::size_t limit) {
    std::string plain;
    plain.reserve(std::min(text.size(), limit));
    for (const char c : text) {
        if (plain.size() == limit) break;
        const auto byte = static_cast<unsigned char>(c);
        const bool continues = (byte & 0xC0U) == 0x80U;
        if (byte >= 0x20 && byte < 0x7F)
            plain += c;
        else if (!continues || plain.empty() || plain.back() != '?')
            plain += '?';
    }
    return plain;
}

void drop_payload(model::Execution& execution, std::string_view why) {
    execution.result.clear();
    execution.reason = with_note(execution.reason, why);
    for (model::Executor& executor : execution.executors)
        executor.executor_id = plain_text(executor.executor_id, kNameKept);
}

void drop_payload(Outcome& outcome, std::string_view why) {
    drop_payload(outcome.after, why);
    if (!outcome.record) return;
    outcome.record->reason = with_note(outcome.record->reason, why);
    outcome.record->detail.clear();
    outcome.record->output = plain_text(outcome.record->output, kOutputKept);
}

std::string refused_result(std::string_view why) {
    std::string json;
    JsonWriter(json).begin_object().member("ecron", note(why)).end_object();
    return json;
}

}  // namespace ecron::store
