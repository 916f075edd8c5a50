#include "management/http/unknown_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <cassert>
#include <charconv>

#include "ecron/model/messages.hpp"
#include "management/http/paging.hpp"
#include "management/http/query.hpp"
#include "management/http/responses.hpp"

namespace ecron::management {
namespace {

constexpr std::size_t kMaxNameBytes = 64;

using Known = std::span<const std::string_view>;

/// The place of a known name: in the table of the route, or behind it for the parameters of all routes.
std::optional<std::size_t> place_of(std::string_view name, Known known) {
    const auto found = std::ranges::find(known, name);
    if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
    if (name == "tenant") return known.size();
    if (name == "strict") return known.size() + 1;
    return std::nullopt;
}

/// Returns the number if the parameter is a limit or count; otherwise 0.
std::int64_t limit_in(std::string_view name, std::string_view value) {
    if (name != "limit" && name != "count") return 0;
    std::int64_t number{};
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    return error == std::errc{} && end == value.data() + value.size() ? number : 0;
}

/// Returns the name as shown: valid UTF-8 and not too long.
std::string shown(std::string name) {
    if (!is_text(name)) return "query";
    if (name.size() <= kMaxNameBytes) return name;
    std::size_t size = kMaxNameBytes;
    while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0U) == 0x80U) --size;
    name.resize(size);
    return name + "…";
}

/// The names in the table of routes include header fields, which begin with a capital letter.
std::string listed(Known known) {
    std::string out;
    for (const std::string_view name : known)
        if (name.front() < 'A' || name.front() > 'Z') out.append(name).append(", ");
    return out + "tenant, strict";
}

}  // namespace

std::expected<UnknownParameters, model::Problems> unknown_parameters(std::string_view query,
                                                                     const Route& route) {
    const Known known = route.parameters;
    UnknownParameters unknown;
    std::bitset<32> seen, repeated;
    assert(known.size() + 2 <= seen.size());
    std::pair<std::string_view, std::int64_t> limit{};  // no route has both a limit and a count
    std::int64_t max_limit = kListLimit;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
        if (pair.empty()) continue;
        if (pair.substr(0, equals) == "strict" && !value.empty()) {
            if (value != "0" && value != "1")
                return std::unexpected(model::Problems{
                    {std::string{model::cause::kInvalidParameter}, "strict", "must be 0 or 1"}});
            unknown.strict = unknown.strict || value == "1";
        }
        std::string name;
        std::optional<std::size_t> place = place_of(pair.substr(0, equals), known);
        if (!place) {
            name = http::parse_query(pair).front().name;
            place = place_of(name, known);
        }
        if (place && *place > known.size()) continue;  // strict
        if (place) {
            const std::string_view own_name = *place < known.size() ? known[*place] : "tenant";
            const bool is_first = !seen[*place];
            if (is_first && limit_in(own_name, value) > 0) limit = {own_name, limit_in(own_name, value)};
            if (is_first && own_name == "with" && !value.empty()) max_limit = kExtendedLimit;
            if (!is_first && !repeated[*place] && !is_repeatable(route, own_name)) {
                repeated.set(*place);
                unknown.repeated.push_back(own_name);
            }
            seen.set(*place);
            continue;
        }
        name = shown(std::move(name));
        const bool is_new = std::ranges::find(unknown.names, name) == unknown.names.end();
        if (is_new && unknown.names.size() < UnknownParameters::kMaxNames)
            unknown.names.push_back(std::move(name));
    }
    if (limit.second > max_limit) unknown.above_limit.emplace_back(limit.first, max_limit);
    return unknown;
}

model::Problems problems_of(const UnknownParameters& unknown, const Route& route) {
    const std::string cause{model::cause::kInvalidParameter};
    model::Problems problems;
    for (const std::string& name : unknown.names)
        problems.push_back(
            {cause, name,
             fmt::format("is not a parameter of this route, which has these: {}", listed(route.parameters))});
    for (const std::string_view name : unknown.repeated)
        problems.push_back(
            {cause, std::string{name}, "is given more than once, and only one value is possible"});
    return problems;
}

void warn_of(const UnknownParameters& unknown, model::Language language, http::Response& response) {
    std::vector<std::string> warnings;
    for (const std::string& name : unknown.names)
        warnings.push_back(fmt::format("parameter {} is not known to this route and was ignored", name));
    for (const std::string_view name : unknown.repeated)
        warnings.push_back(
            fmt::format("parameter {} is given more than once: only the first value counts", name));
    for (const auto& [name, max] : unknown.above_limit)
        warnings.push_back(
            fmt::format("parameter {} is above the maximum, {}, which is used instead", name, max));
    add_warnings(response, language, warnings);
}

}  // namespace ecron::management
