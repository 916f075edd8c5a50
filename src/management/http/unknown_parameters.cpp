#include "management/http/unknown_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ecron/model/messages.hpp"
#include "management/http/query.hpp"
#include "management/http/responses.hpp"

namespace ecron::management {
namespace {

constexpr std::size_t kMaxNameBytes = 64;

bool is_known(std::string_view name, std::span<const std::string_view> known) {
    return name == "tenant" || name == "strict" || std::ranges::find(known, name) != known.end();
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
std::string listed(std::span<const std::string_view> known) {
    std::string out;
    for (const std::string_view name : known)
        if (name.front() < 'A' || name.front() > 'Z') out.append(name).append(", ");
    return out + "tenant, strict";
}

}  // namespace

std::expected<UnknownParameters, model::Problems> unknown_parameters(
    std::string_view query, std::span<const std::string_view> known) {
    UnknownParameters unknown;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        if (pair.empty()) continue;
        if (pair.substr(0, equals) == "strict" && pair.size() > equals + 1) {
            const std::string_view value = pair.substr(equals + 1);
            if (value != "0" && value != "1")
                return std::unexpected(model::Problems{
                    {std::string{model::cause::kInvalidParameter}, "strict", "must be 0 or 1"}});
            unknown.strict = unknown.strict || value == "1";
        }
        if (is_known(pair.substr(0, equals), known)) continue;
        std::string name = http::parse_query(pair).front().name;
        if (is_known(name, known)) continue;
        name = shown(std::move(name));
        const bool is_new = std::ranges::find(unknown.names, name) == unknown.names.end();
        if (is_new && unknown.names.size() < UnknownParameters::kMaxNames)
            unknown.names.push_back(std::move(name));
    }
    return unknown;
}

model::Problems problems_of(const UnknownParameters& unknown, std::span<const std::string_view> known) {
    model::Problems problems;
    for (const std::string& name : unknown.names)
        problems.push_back(
            {std::string{model::cause::kInvalidParameter}, name,
             fmt::format("is not a parameter of this route, which has these: {}", listed(known))});
    return problems;
}

void warn_of(const UnknownParameters& unknown, model::Language language, http::Response& response) {
    std::vector<std::string> warnings;
    for (const std::string& name : unknown.names)
        warnings.push_back(fmt::format("parameter {} is not known to this route and was ignored", name));
    add_warnings(response, language, warnings);
}

}  // namespace ecron::management
