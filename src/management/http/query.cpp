#include "management/http/query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "ecron/model/json.hpp"
#include "ecron/model/messages.hpp"

namespace ecron::management {
namespace {

namespace cause = model::cause;

std::unexpected<Error> invalid(std::string_view cause, std::string_view parameter) {
    return fail(Errc::invalid, std::string{cause}, {std::string{parameter}});
}

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

void add_once(std::vector<std::string>& list, std::string_view text) {
    if (std::ranges::find(list, text) == list.end()) list.emplace_back(text);
}

/// Number of bytes that follow the lead byte of a UTF-8 sequence, and the smallest code point that needs them
/// (RFC 3629).
struct Lead {
    unsigned following;
    std::uint32_t bits, min;
};
std::optional<Lead> lead_of(unsigned char byte) {
    if (byte < 0x80U) return Lead{0, byte, 1};
    if ((byte & 0xE0U) == 0xC0U) return Lead{1, byte & 0x1FU, 0x80};
    if ((byte & 0xF0U) == 0xE0U) return Lead{2, byte & 0x0FU, 0x800};
    if ((byte & 0xF8U) == 0xF0U) return Lead{3, byte & 0x07U, 0x10000};
    return std::nullopt;
}

}  // namespace

bool is_text(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const std::optional<Lead> lead = lead_of(static_cast<unsigned char>(bytes[at++]));
        if (!lead || lead->following > bytes.size() - at) return false;
        std::uint32_t point = lead->bits;
        for (unsigned i = 0; i < lead->following; ++i) {
            const auto byte = static_cast<unsigned char>(bytes[at++]);
            if ((byte & 0xC0U) != 0x80U) return false;
            point = point << 6U | (byte & 0x3FU);
        }
        if (point < lead->min || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
    }
    return true;
}

bool can_be_id(std::string_view text) {
    constexpr std::size_t kMaxBytes = std::size_t{36} * 4;  // 36 characters of up to four bytes
    return !text.empty() && text.size() <= kMaxBytes;
}

std::vector<std::string> split_ids(std::string_view list) {
    std::vector<std::string> ids;
    for (;;) {
        const std::size_t comma = list.find(',');
        add_once(ids, list.substr(0, comma));
        if (comma == list.npos) return ids;
        list.remove_prefix(comma + 1);
    }
}

Result<Query> Query::read(std::string_view text) {
    std::vector<http::QueryParameter> parameters = http::parse_query(text);
    for (const http::QueryParameter& parameter : parameters)
        if (!is_text(parameter.name) || !is_text(parameter.value))
            return invalid(cause::kInvalidParameter, is_text(parameter.name) ? parameter.name : "query");
    return Query{std::move(parameters)};
}

std::optional<std::string_view> Query::first(std::string_view name) const {
    const auto found = std::ranges::find(parameters_, name, &http::QueryParameter::name);
    if (found == parameters_.end() || found->value.empty()) return std::nullopt;
    return found->value;
}

std::vector<std::string> Query::all(std::string_view name) const {
    std::vector<std::string> values;
    for (const http::QueryParameter& parameter : parameters_)
        if (parameter.name == name) add_once(values, parameter.value);
    return values;
}

Result<std::optional<Instant>> Query::time(std::string_view name) const {
    const std::optional<std::string_view> text = first(name);
    if (!text) return std::nullopt;
    const Result<Instant> instant = parse_rfc3339(*text);
    if (!instant) return invalid(cause::kTime, name);
    return *instant;
}

Result<Query::Range> Query::range() const {
    const auto begin = time("begin_at");
    const auto end = time("end_at");
    if (!begin && !end) return fail(Errc::invalid, std::string{cause::kTime}, {"begin_at", "end_at"});
    if (!begin) return std::unexpected(begin.error());
    if (!end) return std::unexpected(end.error());
    if (*begin && *end && *end < *begin)
        return fail(Errc::invalid, std::string{cause::kEndBeforeBegin}, {"begin_at", "end_at"});
    return Range{*begin, *end};
}

Result<std::optional<model::JobType>> Query::job_type() const {
    const std::optional<std::string_view> text = first("job_type");
    if (!text) return std::nullopt;
    const std::optional<model::JobType> type = model::job_type_from(*text);
    if (!type) return invalid(cause::kJobType, "job_type");
    return type;
}

Result<std::optional<model::ExecutionState>> Query::job_status() const {
    const std::optional<std::string_view> text = first("job_status");
    if (!text) return std::nullopt;
    const std::optional<model::ExecutionState> state = model::state_from(*text);
    if (!state) return invalid(cause::kJobStatus, "job_status");
    return state;
}

Result<std::int64_t> Query::number(std::string_view name, std::int64_t min, std::int64_t fallback) const {
    const std::optional<std::string_view> text = first(name);
    if (!text) return fallback;
    const std::optional<std::int64_t> value = whole_number(*text);
    const bool paging = name == "limit" || name == "page";
    if (!value || *value < min) return invalid(paging ? cause::kPage : cause::kInvalidParameter, name);
    return *value;
}

Result<std::optional<std::int64_t>> Query::cursor() const {
    const std::optional<std::string_view> text = first("after");
    if (!text) return std::nullopt;
    const std::optional<std::int64_t> value = whole_number(*text);
    if (!value || *value < 1) return invalid(cause::kInvalidParameter, "after");
    return value;
}

Result<std::optional<store::ExecutionCursor>> Query::execution_cursor() const {
    const std::optional<std::string_view> text = first("after");
    if (!text) return std::nullopt;
    const std::size_t dash = std::min(text->find('-'), text->size());
    const auto begin = whole_number(text->substr(0, dash));
    const auto key = whole_number(text->substr(std::min(dash + 1, text->size())));
    constexpr std::int64_t kEndOfTime = 253'402'300'799;  // end of the year 9999
    if (!begin || !key || *begin < 0 || *begin > kEndOfTime || *key < 1)
        return invalid(cause::kInvalidParameter, "after");
    store::ExecutionCursor cursor{.key = *key};
    if (*begin > 0) cursor.begin = from_unix_seconds(*begin);
    return cursor;
}

std::string_view reason_of(std::string_view error, std::string_view parameter) {
    if (error == cause::kTime) return "must be an RFC 3339 time";
    if (error == cause::kEndBeforeBegin) return "must be an RFC 3339 time, begin_at not after end_at";
    if (error == cause::kJobType) return "must be scheduled, timed or real-time";
    if (error == cause::kJobStatus)
        return "must be success, executing, failure, interrupt, abandon or pending";
    if (error == cause::kPage)
        return parameter == "page" ? "must be a number from 1" : "must be a number from 0";
    if (error == cause::kInvalidParameter && parameter == "after") return "is not a cursor of this list";
    return {};
}

std::string text_of(const store::ExecutionCursor& cursor) {
    return fmt::format("{}-{}", cursor.begin ? to_unix_seconds(*cursor.begin) : 0, cursor.key);
}

std::string Query::continued(std::string_view after) const {
    std::string out;
    for (const http::QueryParameter& parameter : parameters_) {
        if (parameter.name == "after" || parameter.name == "page") continue;
        out += http::percent_encode(parameter.name) + '=' + http::percent_encode(parameter.value) + '&';
    }
    out += "after=";
    out += after;
    return out;
}

}  // namespace ecron::management
