#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <span>

#include "ecron/base/near_miss.hpp"
#include "model/context_reader.hpp"

/// The optional members of job_context that are specific to ecron, with the ranges in json.hpp.
namespace ecron::model {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr Millis kMonth = 30 * 24h;
constexpr std::size_t kListLimit = 32;

/// Returns a state that a notification target can subscribe to: those that clients know.
std::optional<std::string> announced_state(const json::value& value) {
    const json::string* text = value.if_string();
    if (text == nullptr) return std::nullopt;
    const std::optional<ExecutionState> state = value_of(std::string_view{*text}, kStates);
    if (!state || *state == ExecutionState::pending) return std::nullopt;
    return std::string{to_text(*state)};
}

std::optional<int> whole_number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Parses "404", "500-599" or "5xx".
std::optional<CodeRange> code_range_of(std::string_view text) {
    if (text.size() == 3 && text.substr(1) == "xx" && text[0] >= '1' && text[0] <= '5')
        return CodeRange{(text[0] - '0') * 100, (text[0] - '0') * 100 + 99};
    const std::size_t dash = text.find('-');
    const std::optional<int> first = whole_number(text.substr(0, dash));
    const std::optional<int> last =
        dash == std::string_view::npos ? first : whole_number(text.substr(dash + 1));
    if (!first || !last) return std::nullopt;
    return CodeRange{*first, *last};
}

std::optional<CodeRange> code_range(const json::value& value) {
    std::optional<CodeRange> range;
    if (const json::string* text = value.if_string()) range = code_range_of(*text);
    if (const std::int64_t* code = value.if_int64(); code != nullptr && *code <= 599)
        range = CodeRange{static_cast<int>(*code), static_cast<int>(*code)};
    if (!range || range->first < 1 || range->last > 599 || range->last < range->first) return std::nullopt;
    return range;
}

/// Reads a list element by element; rejects an invalid element with `expected`.
template <class T>
std::vector<T> read_list(Members& members, std::string_view name, std::string_view expected,
                         std::optional<T> (*read)(const json::value&)) {
    std::vector<T> items;
    const json::array* array = members.array(name);
    if (array == nullptr) return items;
    if (array->size() > kListLimit) {
        members.refuse(name,
                       fmt::format("has {} elements, at most {} are allowed", array->size(), kListLimit));
        return items;
    }
    for (std::size_t i = 0; i < array->size(); ++i) {
        const std::optional<T> item = read((*array)[i]);
        if (item)
            items.push_back(*item);
        else
            members.refuse(fmt::format("{}[{}]", name, i), fmt::format("must be {}", expected));
    }
    return items;
}

void read_plan(Members& context, Plan& plan) {
    plan.timezone = context.text("timezone", 64).value_or("");
    plan.dialect = context.choice("dialect", kDialects).value_or(plan.dialect);
    if (std::optional<Members> dst = context.object("dst")) {
        plan.dst.gap = dst->choice("gap", kGaps).value_or(plan.dst.gap);
        plan.dst.overlap = dst->choice("overlap", kDstOverlaps).value_or(plan.dst.overlap);
    }
    plan.misfire = context.choice("misfire", kMisfires);
    plan.misfire_grace = context.duration("misfire_grace", 0ms, kMonth);
    plan.start_deadline = context.duration("start_deadline", 1ms, kMonth);
    plan.overlap = context.choice("overlap", kOverlaps);
    plan.jitter = context.duration("jitter", 0ms, 24h).value_or(0ms);
    plan.concurrency_key = context.text("concurrency_key", 128).value_or("");
    plan.max_concurrency = static_cast<int>(context.integer("max_concurrency", 1, 10'000).value_or(1));
    plan.repeats = context.boolean("repeats").value_or(false);
}

std::optional<Retry> read_retry(Members& context, const Retry& defaults) {
    std::optional<Members> members = context.object("retry");
    if (!members) return std::nullopt;
    Retry retry = defaults;
    retry.max_attempts =
        static_cast<int>(members->integer("max_attempts", 1, 1'000).value_or(retry.max_attempts));
    const std::optional<Millis> initial = members->duration("initial", 1ms, 7 * 24h);
    const std::optional<Millis> most = members->duration("max", 1ms, 7 * 24h);
    retry.initial = initial.value_or(most ? std::min(retry.initial, *most) : retry.initial);
    retry.max = most.value_or(std::max(retry.max, retry.initial));
    if (retry.max < retry.initial) {
        members->refuse("max", fmt::format("{} is shorter than initial, {}", format_duration(retry.max),
                                           format_duration(retry.initial)));
        retry.max = retry.initial;
    }
    if (const auto after_max = members->duration("after_max", 0ms, kMonth)) retry.after_max = after_max;
    retry.multiplier = members->number("multiplier", 1, 100).value_or(retry.multiplier);
    if (members->find("on") != nullptr)
        retry.on =
            read_list<CodeRange>(*members, "on", "a code from 1 to 599, \"500-599\" or \"5xx\"", code_range);
    return retry;
}

void check_labels(Members& context) {
    const std::optional<NameValues> labels = context.name_values("labels");
    if (!labels) return;
    if (labels->size() > kListLimit)
        context.refuse("labels",
                       fmt::format("has {} members, at most {} are allowed", labels->size(), kListLimit));
    for (const auto& [name, value] : *labels)
        if (name.empty() || characters(name) > 63 || characters(value) > 256)
            context.refuse("labels", fmt::format("\"{}\": names have 1 to 63 characters, values at most 256",
                                                 Members::shortened(name)));
}

using Names = std::span<const std::string_view>;
constexpr std::array<std::string_view, 7> kCoreNames{"mode",     "exec",   "info",      "notify",
                                                     "begin_at", "end_at", "execute_id"};
constexpr std::array<std::string_view, 19> kKnobNames{
    "timezone",        "dialect",          "dst",          "misfire",  "misfire_grace",
    "start_deadline",  "overlap",          "jitter",       "timeout",  "retry",
    "completion",      "callback_timeout", "on_node_loss", "priority", "concurrency_key",
    "max_concurrency", "labels",           "retention",    "repeats"};
constexpr std::array<std::string_view, 6> kRetryNames{"max_attempts", "initial",   "multiplier",
                                                      "max",          "after_max", "on"};

bool contains(Names names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

void warn_of_misspelt(const json::object& object, std::string_view path, Names known, Names others,
                      std::vector<std::string>& warnings) {
    constexpr std::size_t kLooks = 64;  // limits the work for a malicious text
    std::size_t looks = 0;
    for (const json::key_value_pair& member : object) {
        const std::string_view name = member.key();
        if (contains(known, name) || contains(others, name)) continue;
        if (++looks > kLooks) return;
        const std::string_view meant = near_miss(name, known);
        if (!meant.empty())
            warnings.push_back(
                fmt::format("{}.{} is not known and ignored; did you mean \"{}\"?", path, name, meant));
    }
}

}  // namespace

void read_knobs(Members& context, const Retry& retry, Context& into) {
    read_plan(context, into.plan);
    into.timeout = context.duration("timeout", 1ms, 24h);
    into.retry = read_retry(context, retry);
    into.completion = context.choice("completion", kCompletions);
    into.callback_timeout = context.duration("callback_timeout", 1s, kMonth);
    into.on_node_loss = context.choice("on_node_loss", kNodeLosses);
    into.priority = static_cast<int>(context.integer("priority", -1'000, 1'000).value_or(0));
    check_labels(context);
    into.labels = context.object_text("labels");
    into.retention = context.duration("retention", 1min, 3'650 * 24h);
    if (std::optional<Members> notify = context.object("notify"))
        into.notify_on = read_list<std::string>(
            *notify, "on", "executing, success, failure, interrupt or abandon", announced_state);
}

std::vector<std::string> near_misses(const Members& context) {
    std::vector<std::string> warnings;
    warn_of_misspelt(context.all(), "job_context", kKnobNames, kCoreNames, warnings);
    if (const json::value* retry = context.find("retry"); retry != nullptr && retry->is_object())
        warn_of_misspelt(retry->get_object(), "job_context.retry", kRetryNames, {}, warnings);
    return warnings;
}

}  // namespace ecron::model
