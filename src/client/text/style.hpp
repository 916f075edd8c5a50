#pragma once
#include <string>
#include <string_view>

#include "ecron/client/environment.hpp"

namespace ecron::client {

/// Colours for a terminal; plain text otherwise.
class Style {
public:
    Style() = default;
    explicit Style(const Environment& environment) : colours_(environment.has_colours()) {}
    [[nodiscard]] std::string green(std::string_view text) const { return in("32", text); }
    [[nodiscard]] std::string red(std::string_view text) const { return in("31", text); }
    [[nodiscard]] std::string yellow(std::string_view text) const { return in("33", text); }

private:
    [[nodiscard]] std::string in(std::string_view code, std::string_view text) const {
        if (!colours_) return std::string{text};
        return "\x1b[" + std::string{code} + 'm' + std::string{text} + "\x1b[0m";
    }
    bool colours_{false};
};

}  // namespace ecron::client
