#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/http/message.hpp"
#include "ecron/model/json.hpp"
#include "ecron/model/messages.hpp"
#include "management/routes.hpp"

/// Parameters of a query that have no effect: those that the route does not have, and further values of those
/// that have one value. They are ignored and named in a warning, or refused with `strict=1`.
namespace ecron::management {

struct UnknownParameters {
    std::vector<std::string> names{};          // each once; at most kMaxNames, shortened
    std::vector<std::string_view> repeated{};  // each once
    /// A limit or count and its maximum, which is used instead, also with strict=1.
    std::vector<std::pair<std::string_view, std::int64_t>> above_limit{};
    bool strict{false};  // the query has strict=1

    static constexpr std::size_t kMaxNames = 10;
};

/// Error: `strict` is neither 0 nor 1. Cost for a query without escapes in known names: comparisons, no
/// allocation.
std::expected<UnknownParameters, model::Problems> unknown_parameters(std::string_view query,
                                                                     const Route& route);

/// Returns an error for each parameter that is refused.
model::Problems problems_of(const UnknownParameters& unknown, const Route& route);
void warn_of(const UnknownParameters& unknown, model::Language language, http::Response& response);

}  // namespace ecron::management
