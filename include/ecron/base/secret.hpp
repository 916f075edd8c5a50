#pragma once
#include <string>
#include <utility>

#include <fmt/format.h>

namespace ecron {

/// Secret text: formats as ***. Only code that sends the secret calls reveal().
class SecretText {
public:
    SecretText() = default;
    explicit SecretText(std::string value) : value_(std::move(value)) {}
    [[nodiscard]] const std::string& reveal() const { return value_; }
    [[nodiscard]] bool empty() const { return value_.empty(); }
    bool operator==(const SecretText&) const = default;

private:
    std::string value_;
};

}  // namespace ecron

template <> struct fmt::formatter<ecron::SecretText> : fmt::formatter<fmt::string_view> {
    auto format(const ecron::SecretText&, format_context& context) const {
        return fmt::formatter<fmt::string_view>::format("***", context);
    }
};
