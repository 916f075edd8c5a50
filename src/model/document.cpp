#include "model/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parser.hpp>

#include "ecron/base/large_work.hpp"

namespace ecron::model {
namespace {

constexpr std::size_t kDepthLimit = 64;

std::string with_position(std::string_view what, std::string_view text, std::size_t at) {
    const std::string_view before = text.substr(0, at);
    const auto lines = std::count(before.begin(), before.end(), '\n');
    const std::size_t line_break = before.rfind('\n');
    const std::string_view line =
        line_break == std::string_view::npos ? before : before.substr(line_break + 1);
    const auto characters = std::count_if(
        line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    return fmt::format("{} at line {}, column {} (byte {})", what, lines + 1, characters + 1, at);
}

std::string reason_of(const boost::system::error_code& error) {
    if (error == boost::json::error::too_deep)
        return fmt::format("nested deeper than {} levels", kDepthLimit);
    return error.message();
}

}  // namespace

Document::Document(std::string_view text) : text_(text) {
    report_work(text.size());
    std::array<unsigned char, 2048> scratch;  // NOLINT: the parser writes before it reads
    boost::json::parse_options options;
    options.max_depth = kDepthLimit;
    boost::json::parser parser{{}, options, scratch.data(), scratch.size()};
    parser.reset(&resource_);
    boost::system::error_code error;
    const std::size_t used = parser.write_some(text.data(), text.size(), error);
    if (error) {
        fault_ = with_position(reason_of(error), text, std::min(used, text.size()));
    } else if (used < text.size()) {
        fault_ = with_position("text after the end of the value", text, used);
    } else {
        root_ = parser.release();
    }
}

bool is_json(std::string_view text) { return Document{text}.ok(); }

}  // namespace ecron::model
