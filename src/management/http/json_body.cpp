#include "management/http/json_body.hpp"

#include <boost/json/parser.hpp>

#include <fmt/format.h>

#include "ecron/base/large_work.hpp"
#include "ecron/model/messages.hpp"

namespace ecron::management {
namespace {

std::unexpected<model::Problems> invalid(std::string explanation) {
    return std::unexpected(
        model::Problems{{std::string{model::cause::kInvalidParameter}, "", std::move(explanation)}});
}

}  // namespace

std::expected<boost::json::object, model::Problems> parse_object(std::string_view body) {
    report_work(body.size());
    if (body.empty()) return boost::json::object{};
    boost::json::parse_options options;
    options.max_depth = 64;
    boost::json::parser parser{{}, options};
    boost::json::error_code error;
    const std::size_t parsed = parser.write_some(body.data(), body.size(), error);
    if (error) return invalid(fmt::format("{} at byte {}", error.message(), parsed));
    if (body.find_first_not_of(" \t\r\n", parsed) != body.npos)
        return invalid(fmt::format("more than one value: the first ends at byte {}", parsed));
    boost::json::value value = parser.release();
    if (!value.is_object()) return invalid("the body must be a JSON object");
    return std::move(value.get_object());
}

}  // namespace ecron::management
