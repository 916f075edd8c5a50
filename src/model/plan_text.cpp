#include <fmt/format.h>

#include <charconv>

#include "ecron/model/json.hpp"

/// The text format of a plan: tokens of one character and a whole number, separated by spaces, only for
/// values that differ from the default: "m1 j30000 k6:db one zEurope/Berlin". A concurrency key may contain
/// any character and is preceded by its length; the zone is last and extends to the end of the text.
/// Durations are milliseconds, instants milliseconds since the Unix epoch, enums their numbers.
namespace ecron::model {
namespace {

class PlanWriter {
public:
    void put(char letter, std::int64_t value) { fmt::format_to(next(), "{}{}", letter, value); }
    void put_counted(char letter, std::string_view text) {
        fmt::format_to(next(), "{}{}:{}", letter, text.size(), text);
    }
    void put(char letter, std::string_view text) { fmt::format_to(next(), "{}{}", letter, text); }
    void put(char letter, const std::optional<Millis>& value) {
        if (value) put(letter, value->count());
    }
    void put(char letter, const std::optional<Instant>& value) {
        if (value) put(letter, to_unix_millis(*value));
    }
    template <class E>
        requires std::is_enum_v<E>
    void put(char letter, const std::optional<E>& value) {
        if (value) put(letter, static_cast<std::int64_t>(*value));
    }
    [[nodiscard]] std::string take() && { return std::move(out_); }

private:
    std::back_insert_iterator<std::string> next() {
        if (!out_.empty()) out_ += ' ';
        return std::back_inserter(out_);
    }
    std::string out_;
};

template <class E> bool set_enum(E& member, std::int64_t value, E last) {
    if (value < 0 || value > static_cast<std::int64_t>(last)) return false;
    member = static_cast<E>(value);
    return true;
}

template <class E> bool set_enum(std::optional<E>& member, std::int64_t value, E last) {
    return set_enum(member.emplace(), value, last);
}

bool set(Plan& plan, char letter, std::int64_t value) {
    switch (letter) {
        case 'd':
            return set_enum(plan.dialect, value, cron::Dialect::quartz);
        case 'g':
            return set_enum(plan.dst.gap, value, cron::Gap::skip);
        case 'o':
            return set_enum(plan.dst.overlap, value, cron::Overlap::both);
        case 'm':
            return set_enum(plan.misfire, value, Misfire::skip);
        case 'v':
            return set_enum(plan.overlap, value, Overlap::replace);
        case 'f':
            plan.misfire_grace = Millis{value};
            return true;
        case 's':
            plan.start_deadline = Millis{value};
            return true;
        case 'j':
            plan.jitter = Millis{value};
            return true;
        case 'b':
            plan.begin_at = from_unix_millis(value);
            return true;
        case 'e':
            plan.end_at = from_unix_millis(value);
            return true;
        case 'r':
            plan.repeats = value != 0;
            return true;
        case 'x':
            plan.max_concurrency = static_cast<int>(value);
            return true;
        default:
            return false;
    }
}

std::unexpected<Error> unreadable(std::string_view text) {
    return fail(Errc::internal, fmt::format("\"{}\" is not a plan that this version can read", text));
}

}  // namespace

std::string write_plan(const Plan& plan) {
    PlanWriter writer;
    if (plan.dialect != cron::Dialect{}) writer.put('d', std::optional{plan.dialect});
    if (plan.dst.gap != cron::Gap{}) writer.put('g', std::optional{plan.dst.gap});
    if (plan.dst.overlap != cron::Overlap{}) writer.put('o', std::optional{plan.dst.overlap});
    writer.put('m', plan.misfire);
    writer.put('v', plan.overlap);
    writer.put('f', plan.misfire_grace);
    writer.put('s', plan.start_deadline);
    if (plan.jitter != Millis{0}) writer.put('j', plan.jitter.count());
    writer.put('b', plan.begin_at);
    writer.put('e', plan.end_at);
    if (plan.repeats) writer.put('r', 1);
    if (plan.max_concurrency != 1) writer.put('x', plan.max_concurrency);
    if (!plan.concurrency_key.empty()) writer.put_counted('k', plan.concurrency_key);
    if (!plan.timezone.empty()) writer.put('z', std::string_view{plan.timezone});
    return std::move(writer).take();
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
