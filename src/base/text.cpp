#include "ecron/base/text.hpp"

#include <algorithm>
#include <array>

namespace ecron {

namespace {

// White space other than control characters, and the byte order mark, which is also invisible.
constexpr std::array<std::string_view, 20> kWhiteSpace{
    " ",      "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
    "\u2007", "\u2008", "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\uFEFF"};

bool has_control_character(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20U || byte == 0x7FU) return true;
        // U+0080 to U+009F
        if (byte == 0xC2U && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0U)
            return true;
    }
    return false;
}

}  // namespace

std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string_view name_fault(std::string_view text) {
    if (has_control_character(text)) return "must not contain control characters";
    const auto is_outer = [text](std::string_view space) {
        return text.starts_with(space) || text.ends_with(space);
    };
    if (std::ranges::any_of(kWhiteSpace, is_outer)) return "must not begin or end with white space";
    return {};
}

}  // namespace ecron
