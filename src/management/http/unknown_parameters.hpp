#pragma once
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/http/message.hpp"
#include "ecron/model/json.hpp"
#include "ecron/model/messages.hpp"

/// Parameters of a query that its route does not have. They are ignored and named in a warning, or refused
/// with `strict=1`.
namespace ecron::management {

struct UnknownParameters {
    std::vector<std::string> names{};  // each once; at most kMaxNames, shortened
    bool strict{false};                // the query has strict=1

    static constexpr std::size_t kMaxNames = 10;
};

/// `known`: the parameters and header fields of the route, besides `tenant` and `strict`. Error: `strict` is
/// neither 0 nor 1. Cost for a query without escapes in known names: comparisons, no allocation.
std::expected<UnknownParameters, model::Problems> unknown_parameters(std::string_view query,
                                                                     std::span<const std::string_view> known);

/// Returns an error for each name.
model::Problems problems_of(const UnknownParameters& unknown, std::span<const std::string_view> known);
void warn_of(const UnknownParameters& unknown, model::Language language, http::Response& response);

}  // namespace ecron::management
