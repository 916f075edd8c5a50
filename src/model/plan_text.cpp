#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "ecron/model/json.hpp"
#include "model/fields/codec.hpp"

/// The text format of a plan: tokens of one character and a whole number, separated by spaces, only for
/// values that differ from the default: "m1 j30000 k6:db one zEurope/Berlin". A concurrency key may contain
/// any character and is preceded by its length; the zone is last and extends to the end of the text.
/// Durations are milliseconds, instants milliseconds since the Unix epoch, enums their numbers.
namespace ecron::model {
namespace {

/// The rows with a key, including those of inner objects.
const std::vector<const Field*>& plan_fields() {
    static const std::vector<const Field*> rows = [] {
        std::vector<const Field*> found;
        const auto add = [&](this const auto& self, std::span<const Field> fields) -> void {
            for (const Field& field : fields) {
                if (field.plan_key != 0) found.push_back(&field);
                self(field.members);
            }
        };
        add(job_fields());
        return found;
    }();
    return rows;
}

bool set(Plan& plan, char key, std::int64_t value) {
    const auto found = std::ranges::find(plan_fields(), key, &Field::plan_key);
    return found != plan_fields().end() && (*found)->codec->set_plan_value(plan, value);
}

std::unexpected<Error> unreadable(std::string_view text) {
    return fail(Errc::internal, fmt::format("\"{}\" is not a plan that this version can read", text));
}

}  // namespace

std::string write_plan(const Plan& plan) {
    std::string out;
    const auto next = [&out] {
        if (!out.empty()) out += ' ';
        return std::back_inserter(out);
    };
    for (const Field* field : plan_fields())
        if (const auto value = field->codec->plan_value(plan))
            fmt::format_to(next(), "{}{}", field->plan_key, *value);
    const std::string& key = plan.concurrency_key;
    if (!key.empty()) fmt::format_to(next(), "k{}:{}", key.size(), key);
    if (!plan.timezone.empty()) fmt::format_to(next(), "z{}", plan.timezone);
    return out;
}

Result<Plan> read_plan(std::string_view text) {
    Plan plan;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        const char letter = *at++;
        if (letter == 'z') {
            plan.timezone.assign(at, end);
            return plan;
        }
        std::int64_t value = 0;
        const auto [stop, error] = std::from_chars(at, end, value);
        if (error != std::errc{}) return unreadable(text);
        at = stop;
        if (letter == 'k') {  // its length, a colon, the text
            if (value < 0 || end - at <= value || *at != ':') return unreadable(text);
            plan.concurrency_key.assign(at + 1, static_cast<std::size_t>(value));
            at += 1 + value;
        } else if (!set(plan, letter, value)) {
            return unreadable(text);
        }
        if (at == end) break;
        if (*at != ' ') return unreadable(text);
        ++at;
    }
    return plan;
}

}  // namespace ecron::model
