#include "client/import/user_column.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace ecron::client {
namespace {

/// Users of Debian and Red Hat that own cron jobs, for crontabs of other machines.
constexpr std::array<std::string_view, 12> kWellKnown{"root",   "nobody", "daemon", "www-data",
                                                      "apache", "nginx",  "mysql",  "postgres",
                                                      "redis",  "git",    "backup", "ubuntu"};

bool is_user_name(std::string_view word) {
    return !word.empty() && std::ranges::all_of(word, [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string_view{"._-$@\\"}.contains(static_cast<char>(c));
    });
}

/// Whether the text could be a command after a user: an option is an argument of the word before it, as in
/// "mail -s", and so is an address.
bool begins_command(std::string_view text) {
    const std::string_view word = text.substr(0, text.find_first_of(" \t"));
    return !word.empty() && !word.starts_with('-') && !word.contains('@');
}

}  // namespace

bool UserColumnCheck::is_user(const std::string& word) const {
    return std::ranges::find(kWellKnown, word) != kWellKnown.end() ||
           (is_user_name(word) && options_.is_user && options_.is_user(word));
}

void UserColumnCheck::add(std::size_t line, std::string_view text) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    const std::size_t next = std::min(text.find_first_not_of(" \t", end), text.size());
    const Sample sample{line, std::string{text.substr(0, end)}};
    const bool precedes_command = begins_command(text.substr(next));
    ++lines_;
    if (!first_) first_ = sample;
    if (precedes_command && is_user(sample.word)) {
        ++users_;
        if (!user_) user_ = sample;
    }
    if (!no_user_ && (!precedes_command || !is_user_name(sample.word))) no_user_ = sample;
}

std::optional<std::string> UserColumnCheck::warning() const {
    if (options_.user_column == ImportOptions::UserColumn::absent) {
        if (!user_) return std::nullopt;
        return fmt::format(
            "{}:{}: {:?} is a user: {} of {} lines seem to have a column for the user; if this is a system "
            "crontab, use --system",
            options_.file, user_->line, user_->word, users_, lines_);
    }
    const std::optional<Sample> doubtful = no_user_ ? no_user_ : users_ == 0 ? first_ : std::nullopt;
    if (!doubtful) return std::nullopt;
    return fmt::format(
        "{}:{}: {:?} is read as the user, but does not seem to be one; if the lines have no column for the "
        "user, use --user",
        options_.file, doubtful->line, doubtful->word);
}

}  // namespace ecron::client
