#include "cron/field.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <span>

#include "ecron/base/stable_hash.hpp"
#include "ecron/cron/pattern.hpp"

namespace ecron::cron {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                   "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

/// The range of a field: `count` values from `min`, then wrapping to `min`.
struct FieldRule {
    std::string_view name;
    unsigned min, count;
    unsigned highest;  // largest accepted number: weekday 7 is an alias of 0 (Sunday)
    std::span<const std::string_view> names{};

    [[nodiscard]] unsigned last() const { return min + count - 1; }
    [[nodiscard]] unsigned wrap(unsigned value) const { return min + (value - min) % count; }
};

FieldRule rule_of(Field field, Dialect dialect) {
    switch (field) {
        case Field::second:
            return {"second", 0, 60, 59};
        case Field::minute:
            return {"minute", 0, 60, 59};
        case Field::hour:
            return {"hour", 0, 24, 23};
        case Field::day:
            return {"day of month", 1, 31, 31};
        case Field::month:
            return {"month", 1, 12, 12, kMonths};
        case Field::weekday:
            if (dialect == Dialect::quartz) return {"day of week", 1, 7, 7, kWeekdays};
            return {"day of week", 0, 7, 7, kWeekdays};
        case Field::year:
            return {"year", kFirstYear, kLastYear - kFirstYear + 1, kLastYear};
    }
    return {};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool equals_ignoring_case(std::string_view text, std::string_view upper_case) {
    if (text.size() != upper_case.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (upper(text[i]) != upper_case[i]) return false;
    return true;
}

template <class... Args>
std::unexpected<ParseError> refuse(std::size_t position, fmt::format_string<Args...> text, Args&&... args) {
    return std::unexpected(ParseError{fmt::format(text, std::forward<Args>(args)...), position});
}

/// Values from `first` to `last`, inclusive. If `last` is less than `first`, the range wraps.
struct Range {
    unsigned first{}, last{};
    bool star{false};
};

class FieldParser {
public:
    FieldParser(Field field, const ParseOptions& options, std::vector<std::string>& warnings)
        : field_(field),
          rule_(rule_of(field, options.dialect)),
          options_(options),
          warnings_(warnings) {}

    std::expected<FieldSet, ParseError> parse(FieldText text) {
        for (std::size_t at = 0; at <= text.text.size();) {
            const std::string_view element = text.text.substr(at, text.text.find(',', at) - at);
            if (auto done = add_element({element, text.position + at}); !done)
                return std::unexpected(done.error());
            at += element.size() + 1;
        }
        return set_;
    }

private:
    using Done = std::expected<void, ParseError>;
    template <class T> using Maybe = std::expected<T, ParseError>;

    [[nodiscard]] bool lenient() const { return options_.strictness == Strictness::takeover; }
    [[nodiscard]] bool is_day() const { return field_ == Field::day || field_ == Field::weekday; }

    Done add_element(FieldText element) {
        if (element.text.empty()) {
            if (!lenient())
                return refuse(element.position, "the list of the {} has an empty element", rule_.name);
            warnings_.push_back(
                fmt::format("the list of the {} has an empty element, which is ignored", rule_.name));
            return {};
        }
        const std::size_t slash = element.text.find('/');
        const FieldText base{element.text.substr(0, slash), element.position};
        if (slash == std::string_view::npos) {
            const Maybe<bool> special = add_special_day(base);
            if (!special) return std::unexpected(special.error());
            if (*special) return {};
            const Maybe<Range> range = parse_range(base);
            if (!range) return std::unexpected(range.error());
            add_range(*range, 1);
            return {};
        }
        return add_stepped(base, {element.text.substr(slash + 1), element.position + slash + 1});
    }

    Done add_stepped(FieldText base, FieldText step_text) {
        if (step_text.text.contains('/'))
            return refuse(step_text.position, "the {} has more than one step", rule_.name);
        const Maybe<unsigned> step = parse_step(step_text);
        if (!step) return std::unexpected(step.error());
        const Maybe<Range> range = parse_range(base, *step);
        if (!range) return std::unexpected(range.error());
        set_.stepped = true;
        const unsigned width = range->last - range->first + (range->last < range->first ? rule_.count : 0);
        if (*step >= rule_.count && !lenient())
            return refuse(step_text.position, "the step {} is too large: the {} has only {} values",
                          step_text.text, rule_.name, rule_.count);
        if (*step > width)
            warnings_.push_back(
                fmt::format("the step of \"{}/{}\" leads out of its range, so only {} {} is left", base.text,
                            step_text.text, rule_.name, range->first));
        else if (width == rule_.count - 1)
            warn_of_uneven_step(*step, base.text, step_text.text);
        add_range(*range, *step);
        return {};
    }

    /// A step over the whole field restarts at each wrap of the field.
    void warn_of_uneven_step(unsigned step, std::string_view base, std::string_view step_text) {
        if (rule_.count % step == 0 || field_ == Field::year) return;
        if (field_ == Field::weekday)
            warnings_.push_back(
                fmt::format("\"{}/{}\" starts again every week, so the last interval of each week is shorter",
                            base, step_text));
        else if (field_ == Field::day)
            warnings_.push_back(fmt::format(
                "\"{}/{}\" starts again on day 1 of each month, so the interval across the end of a month "
                "differs",
                base, step_text));
        else
            warnings_.push_back(
                fmt::format("{} is not a multiple of {}, so the last interval of \"{}/{}\" is shorter",
                            rule_.count, step, base, step_text));
    }

    Maybe<unsigned> parse_step(FieldText text) const {
        const Maybe<unsigned> step = parse_number(text, "step");
        if (step && *step == 0) return refuse(text.position, "a step must be at least 1");
        return step;
    }

    void add_range(Range range, unsigned step) {
        set_.star = set_.star || (range.star && step == 1);
        const unsigned last = range.last < range.first ? range.last + rule_.count : range.last;
        if (step == 1 && last <= rule_.last() && field_ != Field::year) {
            set_.values |= (~0ULL << stored(range.first)) & ~(~1ULL << stored(last));
            return;
        }
        for (unsigned value = range.first; value <= last; value += step) add_value(rule_.wrap(value));
    }

    void add_value(unsigned value) {
        if (field_ == Field::year)
            set_.years.set(value - kFirstYear);
        else
            set_.values |= 1ULL << stored(value);
    }

    /// Weekdays are stored with Sunday as 0 in every dialect.
    [[nodiscard]] unsigned stored(unsigned value) const {
        return field_ == Field::weekday ? value - rule_.min : value;
    }

    /// Parses a range, a single value or `*`. If a step follows, a single value means "from this value to the
    /// end".
    Maybe<Range> parse_range(FieldText text, std::optional<unsigned> step = {}) {
        if (text.text.empty()) return refuse(text.position, "the {} is missing before its step", rule_.name);
        if (is_star(text.text)) return parse_star(text);
        if (is_hashed(text.text)) return parse_hashed(text, step);

        const std::size_t hyphen = text.text.find('-');
        if (hyphen == 0 || text.text.front() == '*' || text.text.front() == '?')
            return std::unexpected(not_a_number(text, rule_.name));
        if (hyphen == text.text.size() - 1)
            return refuse(text.position, "the range \"{}\" of the {} has no end", text.text, rule_.name);
        const Maybe<unsigned> first = parse_value({text.text.substr(0, hyphen), text.position});
        if (!first) return std::unexpected(first.error());
        if (hyphen == std::string_view::npos) {
            const unsigned single = rule_.wrap(*first);
            return Range{single, step ? rule_.last() : single};
        }
        const FieldText rest{text.text.substr(hyphen + 1), text.position + hyphen + 1};
        if (rest.text.contains('-'))
            return refuse(rest.position, "a range of the {} has more than two ends", rule_.name);
        const Maybe<unsigned> last = parse_value(rest);
        if (!last) return std::unexpected(last.error());
        if (field_ == Field::year && *last < *first)
            return refuse(rest.position, "the range of years ends before it begins");
        return Range{*first == *last ? *last : rule_.wrap(*first), *last};
    }

    /// True for `H` and for `H` followed by anything that is not part of a name.
    [[nodiscard]] static bool is_hashed(std::string_view text) {
        return upper(text.front()) == 'H' && (text.size() == 1 || !is_letter(text[1]));
    }

    [[nodiscard]] bool is_star(std::string_view text) const {
        if (text.front() != '*' && text.front() != '?') return false;
        return text.size() == 1 || (lenient() && text[1] == '-');
    }

    Maybe<Range> parse_star(FieldText text) {
        if (text.text.front() == '?' && options_.dialect == Dialect::quartz && !is_day())
            return refuse(text.position, "\"?\" may stand for a day of month or a day of week only");
        if (text.text.size() > 1)
            warnings_.push_back(
                fmt::format("what follows the \"{}\" in \"{}\" is ignored", text.text.front(), text.text));
        return Range{rule_.min, rule_.last(), true};
    }

    /// Parses `H` or `H(a-b)`. With a step, the hash selects the start within the first step.
    Maybe<Range> parse_hashed(FieldText text, std::optional<unsigned> step) {
        if (field_ == Field::year) return refuse(text.position, "\"H\" cannot stand for a year");
        Range within{rule_.min, field_ == Field::day ? 28 : rule_.last()};  // every month has at least 28
                                                                            // days
        if (text.text.size() > 1) {
            if (text.text[1] != '(' || text.text.back() != ')')
                return refuse(text.position, "\"{}\" is not a hashed value such as \"H\" or \"H(0-29)\"",
                              text.text);
            const FieldText inner{text.text.substr(2, text.text.size() - 3), text.position + 2};
            if (inner.text.empty() || inner.text.find('-') == std::string_view::npos || is_star(inner.text) ||
                upper(inner.text.front()) == 'H')
                return refuse(inner.position,
                              "the parentheses of \"H\" must contain a range such as \"0-29\"");
            const Maybe<Range> range = parse_range(inner);
            if (!range) return std::unexpected(range.error());
            if (range->last < range->first)
                return refuse(inner.position, "the range of \"H\" ends before it begins");
            within = *range;
        }
        if (options_.hash_subject.empty())
            warnings_.push_back(
                "\"H\" is chosen by the job's id, which is not known yet: the actual times will differ");
        const unsigned width = within.last - within.first + 1;
        const auto chosen =
            static_cast<unsigned>(stable_hash(options_.hash_subject, static_cast<unsigned char>(field_)) %
                                  std::min(width, step.value_or(width)));
        return Range{within.first + chosen, step ? within.last : within.first + chosen};
    }

    /// Parses `L`, `L-3`, `LW` or `15W` in a day of month, `5L` or `MON#2` in a day of week. Returns false if
    /// the text is none of these.
    Maybe<bool> add_special_day(FieldText text) {
        if (field_ == Field::day) return add_special_day_of_month(text);
        if (field_ == Field::weekday) return add_special_weekday(text);
        return false;
    }

    Maybe<bool> add_special_day_of_month(FieldText text) {
        const char last = upper(text.text.back());
        if (equals_ignoring_case(text.text, "LW")) {
            set_.nearest_working_days |= 1U;
        } else if (upper(text.text.front()) == 'L') {
            if (text.text.size() == 1) return add_day_from_end(0);
            if (is_letter(text.text[1])) return false;
            if (text.text[1] != '-')
                return refuse(text.position, "\"{}\" is not a day counted from the end such as \"L-3\"",
                              text.text);
            const FieldText number{text.text.substr(2), text.position + 2};
            const Maybe<unsigned> days = parse_number(number, "number of days before the last");
            if (!days) return std::unexpected(days.error());
            if (*days > 30)
                return refuse(number.position, "no month has a day {} days before its last", *days);
            return add_day_from_end(*days);
        } else if (last == 'W' && is_digit(text.text.front())) {
            const Maybe<unsigned> day =
                parse_value({text.text.substr(0, text.text.size() - 1), text.position});
            if (!day) return std::unexpected(day.error());
            set_.nearest_working_days |= 1U << *day;
        } else {
            return false;
        }
        return true;
    }

    Maybe<bool> add_day_from_end(unsigned days) {
        set_.days_from_end |= 1U << days;
        return true;
    }

    Maybe<bool> add_special_weekday(FieldText text) {
        const std::size_t hash = text.text.find('#');
        if (hash != std::string_view::npos) {
            const Maybe<unsigned> day = parse_value({text.text.substr(0, hash), text.position});
            if (!day) return std::unexpected(day.error());
            const FieldText number{text.text.substr(hash + 1), text.position + hash + 1};
            const Maybe<unsigned> nth = parse_number(number, "number of the weekday within its month");
            if (!nth) return std::unexpected(nth.error());
            if (*nth < 1 || *nth > 5)
                return refuse(number.position, "\"#\" must be followed by a number from 1 to 5");
            set_.nth_weekdays |= 1ULL << ((*nth - 1) * 7 + stored(rule_.wrap(*day)));
            return true;
        }
        if (upper(text.text.back()) != 'L') return false;
        if (text.text.size() == 1) {
            if (options_.dialect == Dialect::cron)
                return refuse(text.position,
                              "\"L\" needs a day of week before it, such as \"5L\" for the last Friday");
            set_.values |= 1U << 6U;  // Quartz: the last day of the week
            return true;
        }
        const FieldText name{text.text.substr(0, text.text.size() - 1), text.position};
        if (!is_digit(name.text.front()) && !number_of_name(name.text)) return false;
        const Maybe<unsigned> day = parse_value(name);
        if (!day) return std::unexpected(day.error());
        set_.last_weekdays = static_cast<std::uint8_t>(set_.last_weekdays | 1U << stored(rule_.wrap(*day)));
        return true;
    }

    [[nodiscard]] std::optional<unsigned> number_of_name(std::string_view name) const {
        for (std::size_t i = 0; i < rule_.names.size(); ++i)
            if (equals_ignoring_case(name, rule_.names[i])) return static_cast<unsigned>(i) + rule_.min;
        return std::nullopt;
    }

    /// Parses a number within the field's limits or a name.
    Maybe<unsigned> parse_value(FieldText text) const {
        if (const auto named = number_of_name(text.text)) return *named;
        const Maybe<unsigned> value = parse_number(text, rule_.name);
        if (!value) return value;
        if (*value < rule_.min)
            return refuse(text.position, "{} {} is below {}", rule_.name, text.text, rule_.min);
        if (*value > rule_.highest)
            return refuse(text.position, "{} {} is above {}", rule_.name, text.text, rule_.highest);
        return value;
    }

    Maybe<unsigned> parse_number(FieldText text, std::string_view what) const {
        constexpr unsigned kHuge = 1'000'000;
        std::string_view digits = text.text;
        if (lenient() && digits.starts_with('+')) digits.remove_prefix(1);
        if (digits.empty()) return refuse(text.position, "the {} is missing", what);
        unsigned value = 0;
        for (const char c : digits) {
            if (!is_digit(c)) return std::unexpected(not_a_number(text, what));
            value = std::min(value * 10 + static_cast<unsigned>(c - '0'), kHuge);
        }
        return value;
    }

    [[nodiscard]] ParseError not_a_number(FieldText text, std::string_view what) const {
        std::string reason = fmt::format("\"{}\" is not a valid {}", text.text, what);
        if (what == rule_.name) reason += fmt::format(": numbers go from {} to {}", rule_.min, rule_.highest);
        if (what == rule_.name && !rule_.names.empty())
            reason += fmt::format(", names from {} to {}", rule_.names.front(), rule_.names.back());
        return {std::move(reason), text.position};
    }

    Field field_;
    FieldRule rule_;
    const ParseOptions& options_;
    std::vector<std::string>& warnings_;
    FieldSet set_;
};

}  // namespace

std::expected<FieldSet, ParseError> parse_field(Field field, FieldText text, const ParseOptions& options,
                                                std::vector<std::string>& warnings) {
    return FieldParser{field, options, warnings}.parse(text);
}

}  // namespace ecron::cron
