#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cron/duration.hpp"
#include "cron/field.hpp"
#include "cron/mistakes.hpp"
#include "cron/years.hpp"
#include "ecron/cron/schedule.hpp"

namespace ecron::cron {
namespace {

using Outcome = std::expected<Parsed, ParseError>;
using FieldTexts = std::array<FieldText, 7>;  // in the order of Field; the year may be absent

std::unexpected<ParseError> refuse(std::size_t position, std::string reason) {
    return std::unexpected(ParseError{std::move(reason), position});
}

struct Descriptor {
    std::string_view name, expression;
};
constexpr std::array kDescriptors{
    Descriptor{"@yearly", "0 0 0 1 1 *"},  Descriptor{"@annually", "0 0 0 1 1 *"},
    Descriptor{"@monthly", "0 0 0 1 * *"}, Descriptor{"@weekly", "0 0 0 * * 0"},
    Descriptor{"@daily", "0 0 0 * * *"},   Descriptor{"@midnight", "0 0 0 * * *"},
    Descriptor{"@hourly", "0 0 * * * *"},
};

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// Returns the number of UTF-8 code points.
std::size_t characters(std::string_view text) {
    const auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

/// Non-ASCII characters that Go's unicode.IsSpace accepts; robfig/cron accepts them between fields.
constexpr std::array<std::string_view, 19> kUnicodeSpaces{
    "\u0085", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
    "\u2007", "\u2008", "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"};

/// Returns the byte length of the element of `characters` that `text` starts with, 0 if there is none.
template <class Characters> std::size_t length_of_first(std::string_view text, const Characters& characters) {
    for (const std::string_view character : characters)
        if (text.starts_with(character)) return character.size();
    return 0;
}

/// Returns the number of leading white-space bytes: spaces and tabs; for `takeover` also Go's other spaces.
std::size_t space_length(std::string_view text, Strictness strictness) {
    if (text.front() == ' ' || text.front() == '\t') return 1;
    if (strictness == Strictness::create || (is_ascii(text.front()) && text.front() > ' ')) return 0;
    if (std::string_view{"\n\v\f\r"}.contains(text.front())) return 1;
    return length_of_first(text, kUnicodeSpaces);
}

std::string name_of_character(std::string_view character) {
    if (character == "\n" || character == "\r") return "a line break";
    if (character == "\u3000") return "an ideographic space (U+3000)";
    if (character == "\u00A0") return "a no-break space (U+00A0)";
    if (is_ascii(character.front()))
        return fmt::format("a control character (U+{:04X})", static_cast<unsigned>(character.front()));
    const auto bits = [&](std::size_t i, unsigned mask) {
        return static_cast<unsigned>(static_cast<unsigned char>(character[i])) & mask;
    };
    const unsigned code = character.size() == 2 ? bits(0, 0x1F) << 6U | bits(1, 0x3F)
                                                : bits(0, 0x0F) << 12U | bits(1, 0x3F) << 6U | bits(2, 0x3F);
    return fmt::format("an invisible character (U+{:04X})", code);
}

/// Rejects characters that are invisible or look like white space but do not separate fields.
std::expected<void, ParseError> check_characters(std::string_view text) {
    constexpr std::array<std::string_view, 5> kInvisible{"\u200B", "\u200C", "\u200D", "\u2060", "\uFEFF"};
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view rest = text.substr(at);
        std::size_t length = is_control(rest.front()) ? 1 : 0;
        if (!is_ascii(rest.front()))
            length = std::max(length_of_first(rest, kUnicodeSpaces), length_of_first(rest, kInvisible));
        if (length != 0)
            return refuse(at, fmt::format("the expression contains {}; separate the fields with spaces",
                                          name_of_character(rest.substr(0, length))));
    }
    return {};
}

/// Removes duplicates, keeping the order.
void drop_repeated(std::vector<std::string>& warnings) {
    for (auto warning = warnings.begin(); warning != warnings.end();)
        warning =
            std::find(warnings.begin(), warning, *warning) == warning ? warning + 1 : warnings.erase(warning);
}

std::vector<FieldText> split(FieldText text, Strictness strictness) {
    std::vector<FieldText> words;
    words.reserve(8);
    std::size_t begin = 0;
    const auto end_word = [&](std::size_t end) {
        if (end > begin) words.push_back({text.text.substr(begin, end - begin), text.position + begin});
    };
    for (std::size_t at = 0; at < text.text.size();) {
        const std::size_t space = space_length(text.text.substr(at), strictness);
        if (space != 0) {
            end_word(at);
            begin = at + space;
        }
        at += std::max<std::size_t>(space, 1);
    }
    end_word(text.text.size());
    return words;
}

class Parser {
public:
    explicit Parser(const ParseOptions& options)
        : options_(options),
          zone_(options.zone != nullptr ? options.zone : utc()) {}

    Outcome parse(std::string_view text) {
        if (text.size() > kMaxText)
            return refuse(kMaxText, fmt::format("the expression is longer than {} bytes", kMaxText));
        if (options_.strictness == Strictness::create)
            if (const auto checked = check_characters(text); !checked)
                return std::unexpected(checked.error());
        const auto words = take_zone(split({text, 0}, options_.strictness), text.size());
        if (!words) return std::unexpected(words.error());
        if (words->empty()) return refuse(text.size(), "the expression is empty");
        warn_of_inverted_zone(zone_->name(), warnings_);
        const FieldText first = words->front();
        if (first.text.starts_with('@')) return parse_descriptor(*words);
        if (looks_like_instant(first.text)) return parse_instant(*words);
        return parse_fields(*words, text.size());
    }

private:
    using Words = std::vector<FieldText>;

    /// Parses a leading `TZ=…` or `CRON_TZ=…`.
    std::expected<Words, ParseError> take_zone(Words words, std::size_t end) {
        if (words.empty()) return words;
        const FieldText first = words.front();
        if (!first.text.starts_with("TZ=") && !first.text.starts_with("CRON_TZ=")) return words;
        const std::size_t equals = first.text.find('=');
        const std::string_view name = first.text.substr(equals + 1);
        const std::size_t position = first.position + equals + 1;
        const bool create = options_.strictness == Strictness::create;
        if (name.empty() && create) return refuse(position, "the name of the time zone is missing");
        const auto zone = create ? find_zone(name) : find_zone_file(name.empty() ? "UTC" : name);
        if (!zone) return refuse(position, zone.error().what);
        zone_ = *zone;
        words.erase(words.begin());
        if (words.empty()) return refuse(end, "after the time zone, the expression is missing");
        return words;
    }

    Outcome parse_descriptor(const Words& words) {
        const FieldText name = words.front();
        const auto is_named = [&](std::string_view wanted) {
            return std::ranges::equal(name.text, wanted, [](char a, char b) {
                return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
            });
        };
        if (is_named("@every")) return parse_every(words);
        for (const Descriptor& descriptor : kDescriptors) {
            if (!is_named(descriptor.name)) continue;
            if (words.size() > 1)
                return refuse(words[1].position, fmt::format("nothing may follow {}", descriptor.name));
            ParseOptions options = options_;
            options.dialect = Dialect::cron;
            options.zone = zone_;
            return Parser{options}.parse(descriptor.expression);
        }
        return refuse(
            name.position,
            fmt::format("\"{}\" is none of @yearly, @annually, @monthly, @weekly, @daily, @midnight, "
                        "@hourly and @every",
                        name.text));
    }

    Outcome parse_every(const Words& words) {
        const FieldText name = words.front();
        if (words.size() != 2)
            return refuse(words.size() > 2 ? words[2].position : name.position + name.text.size(),
                          "@every needs one duration, such as \"@every 1h30m\"");
        const FieldText text = words[1];
        const auto duration = parse_every_duration(text.text);
        if (!duration)
            return refuse(text.position,
                          fmt::format("\"{}\" is not a duration such as \"1h30m\" or \"90s\"", text.text));
        const bool create = options_.strictness == Strictness::create;
        constexpr Seconds kLongest = std::chrono::years{kLastYear - kFirstYear};
        Seconds period = std::chrono::floor<Seconds>(*duration);
        if (period > kLongest) {
            if (create) return refuse(text.position, "the duration is too long");
            warnings_.emplace_back("the duration is so long that it never runs");
            period = kLongest * 2;
        } else if (period != *duration || period < Seconds{1}) {
            if (create)
                return refuse(text.position, "@every needs a duration of whole seconds, at least one");
            period = std::max(period, Seconds{1});
            warnings_.push_back(
                fmt::format("the duration \"{}\" is read as {} seconds", text.text, period.count()));
        }
        constexpr Instant kLatest = std::chrono::sys_days{std::chrono::year{kLastYear + 1} / 1 / 1};
        const Instant anchor = std::clamp(options_.anchor, Instant{}, kLatest);
        return Parsed{Schedule::every(period, anchor, zone_), std::move(warnings_)};
    }

    static bool looks_like_instant(std::string_view text) {
        return text.size() > 4 && text[4] == '-' && text.find_first_of("-T", 5) != std::string_view::npos &&
               std::all_of(text.begin(), text.begin() + 4, is_digit);
    }

    Outcome parse_instant(const Words& words) {
        const FieldText text = words.front();
        const Result<Instant> instant = parse_rfc3339(text.text);
        if (words.size() > 1 && !instant && is_digit(words[1].text.front()))
            return refuse(words[1].position,
                          "an RFC 3339 instant has a T instead of a space, and a zone at its end, such as "
                          "\"2026-01-31T08:30:00Z\"");
        if (words.size() > 1) return refuse(words[1].position, "nothing may follow an RFC 3339 instant");
        if (!instant)
            return refuse(
                text.position,
                fmt::format("\"{}\" is not an RFC 3339 instant such as \"2026-01-31T08:30:00Z\"", text.text));
        constexpr Instant kEnd = std::chrono::sys_days{std::chrono::year{kLastYear + 1} / 1 / 1};
        if (*instant < Instant{} || *instant >= kEnd)
            return refuse(text.position,
                          fmt::format("the instant is not within the years {} to {}", kFirstYear, kLastYear));
        return Parsed{Schedule::once(*instant, zone_), {}};
    }

    /// Returns true for "2026", "2021-2023", "2026/2": only a year has four digits.
    static bool looks_like_year(std::string_view text) {
        return text.size() >= 4 && text[0] != '0' && std::all_of(text.begin(), text.begin() + 4, is_digit) &&
               (text.size() == 4 || !is_digit(text[4]));
    }

    /// If the fields are in the order of AWS, the field that fails to parse is not the actual mistake: adds
    /// the expected order.
    [[nodiscard]] ParseError with_order(ParseError error, const Words& words) const {
        if (options_.dialect == Dialect::cron && words.size() == 6 &&
            (words[2].text == "?" || words[4].text == "?"))
            error.reason += "; six fields are read as second, minute, hour, day, month, weekday";
        return error;
    }

    Outcome parse_fields(const Words& words, std::size_t end) {
        if (words.size() < 7 && looks_like_year(words.back().text))
            return refuse(
                words.back().position,
                fmt::format("\"{}\" is a year, which only an expression of 7 fields has: second minute "
                            "hour day month weekday year",
                            words.back().text));
        if (words.size() < 5 || words.size() > 7)
            return refuse(
                words.size() > 7 ? words[7].position : end,
                fmt::format(
                    "an expression has 5 fields (minute hour day month weekday), 6 (second first) or 7 "
                    "(year last), not {}",
                    words.size()));
        const bool has_seconds = words.size() > 5;
        FieldTexts texts{};
        texts.front() = {"0", 0};
        std::ranges::copy(words, texts.begin() + (has_seconds ? 0 : 1));

        Fields fields;
        for (std::size_t i = 0; i < texts.size() && !texts[i].text.empty(); ++i) {
            auto set = parse_field(static_cast<Field>(i), texts[i], options_, warnings_);
            if (!set) return std::unexpected(with_order(std::move(set.error()), words));
            fields[static_cast<Field>(i)] = *set;
        }
        if (options_.dialect == Dialect::quartz)
            if (auto checked = check_question_mark(texts[3], texts[5]); !checked)
                return std::unexpected(std::move(checked.error()));
        warn_of_likely_mistakes(fields, options_.dialect, warnings_);
        if (words.size() == 6 && (texts[2].text == "?" || texts[4].text == "?"))
            warnings_.emplace_back(
                "six fields are read as second, minute, hour, day, month, weekday; an expression in the "
                "order "
                "of AWS, with the year last, needs a 0 for the second in front");
        return assemble(fields, texts);
    }

    static std::expected<void, ParseError> check_question_mark(FieldText day, FieldText weekday) {
        const bool any_day = day.text == "?", any_weekday = weekday.text == "?";
        if (any_day && any_weekday)
            return refuse(weekday.position, "day of month and day of week cannot both be \"?\"");
        if (!any_day && !any_weekday)
            return refuse(weekday.position,
                          "in Quartz's dialect one of day of month and day of week must be \"?\"");
        return {};
    }

    Outcome assemble(const Fields& fields, const FieldTexts& texts) {
        Pattern pattern = every_second();
        pattern.seconds = fields[Field::second].values & ((1ULL << 60U) - 1);
        pattern.minutes = fields[Field::minute].values & ((1ULL << 60U) - 1);
        pattern.hours = static_cast<std::uint32_t>(fields[Field::hour].values) & ((1U << 24U) - 1);
        pattern.days = static_cast<std::uint32_t>(fields[Field::day].values);
        pattern.months = fields[Field::month].values & ((1ULL << 13U) - 1);
        pattern.weekdays = fields[Field::weekday].values & 0x7FU;
        pattern.days_from_end = fields[Field::day].days_from_end;
        pattern.nearest_working_days = fields[Field::day].nearest_working_days;
        pattern.nth_weekdays = fields[Field::weekday].nth_weekdays & ((1ULL << 35U) - 1);
        pattern.last_weekdays = fields[Field::weekday].last_weekdays & 0x7FU;
        pattern.either_day = !fields[Field::day].star && !fields[Field::weekday].star;
        const FieldSet& year = fields[Field::year];
        if (year.years.any() && !put_years(pattern, year.years))
            return refuse(texts[6].position,
                          "these years are too scattered: write ranges, or years within 56 of each other");

        const Pattern all = every_second();
        const bool all_days = pattern.days == all.days, all_weekdays = pattern.weekdays == all.weekdays;
        pattern.every_day = (pattern.either_day ? all_days || all_weekdays : all_days && all_weekdays) &&
                            pattern.months == all.months && pattern.years == all.years &&
                            pattern.year_step == 1 && pattern.first_year == 0 &&
                            pattern.last_year == all.last_year;
        const bool some_time = pattern.seconds != 0 && pattern.minutes != 0 && pattern.hours != 0;
        const bool no_year = !texts[6].text.empty() && year.years.none();
        pattern.never = !some_time || no_year || pattern.months == 0;
        pattern.never = pattern.never || !pattern.next(CivilSeconds{});
        if (pattern.never) {
            if (options_.strictness == Strictness::create) return refuse_never(pattern, texts);
            warnings_.emplace_back("this never runs: it matches no time at all");
        }
        const auto is_fixed = [](const FieldSet& set) { return !set.star && !set.stepped; };
        const bool fixed_time = is_fixed(fields[Field::second]) && is_fixed(fields[Field::minute]) &&
                                is_fixed(fields[Field::hour]);
        return Parsed{Schedule{pattern, zone_, options_.dst, fixed_time}, std::move(warnings_)};
    }

    /// Returns an error at the field that excludes every date: the year if other years have such a day,
    /// otherwise the day.
    static Outcome refuse_never(Pattern pattern, const FieldTexts& texts) {
        const Pattern all = every_second();
        pattern.years = all.years;
        pattern.year_step = all.year_step;
        pattern.first_year = all.first_year;
        pattern.last_year = all.last_year;
        pattern.never = 0;
        if (pattern.next(CivilSeconds{}))
            return refuse(texts[6].position, "this would never run: none of its years has such a day");
        return refuse(texts[3].position, "this would never run: none of its months has such a day");
    }

    ParseOptions options_;
    const Zone* zone_;
    std::vector<std::string> warnings_;
};

}  // namespace

std::expected<Parsed, ParseError> parse(std::string_view text, const ParseOptions& options) {
    Outcome outcome = Parser{options}.parse(text);
    if (outcome)
        drop_repeated(outcome->warnings);
    else
        outcome.error().position = characters(text.substr(0, outcome.error().position));
    return outcome;
}

}  // namespace ecron::cron
