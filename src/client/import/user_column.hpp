#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "client/import/imported.hpp"

/// Judges by the words after the schedules whether a crontab is read with the right setting for its column of
/// users. A wrong setting runs `root` as a program, or drops the first word of each command. Pure.
namespace ecron::client {

class UserColumnCheck {
public:
    explicit UserColumnCheck(const ImportOptions& options) : options_(options) {}

    /// Takes the text after the schedule of one line.
    void add(std::size_t line, std::string_view text);
    /// A warning with file and line, if the setting is probably wrong.
    [[nodiscard]] std::optional<std::string> warning() const;

private:
    struct Sample {
        std::size_t line{};
        std::string word{};
    };
    [[nodiscard]] bool is_user(const std::string& word) const;

    const ImportOptions& options_;
    std::size_t lines_{0}, users_{0};
    std::optional<Sample> user_,
        no_user_;  // the first line with a user, and the first that has none for sure
    std::optional<Sample> first_;
};

}  // namespace ecron::client
