#include "ecron/execution/secrets.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "ecron/base/json_writer.hpp"
#include "execution/descriptor.hpp"

namespace ecron::execution {
namespace {

constexpr std::string_view kVariable = "ECRON_SECRET_";
constexpr std::string_view kOpening = "${secret:";
constexpr std::size_t kLongest = 64UL * 1024;
constexpr std::size_t kShortestMasked = 4;  // to mask less would take letters out of every text

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Fit for the name of a file, and nothing but a file in its folder.
bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 253 && text[0] != '.' && std::ranges::all_of(text, [](char c) {
        return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_';
    });
}

std::string variable_of(std::string_view name) {
    std::string variable{kVariable};
    for (const char c : name) {
        const bool lower = c >= 'a' && c <= 'z';
        variable += lower ? static_cast<char>(c - 'a' + 'A') : is_letter_or_digit(c) ? c : '_';
    }
    return variable;
}

std::optional<SecretText> read_file(const std::string& path) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat status{};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    std::string text(kLongest, '\0');
    const ssize_t count = ::read(file.get(), text.data(), text.size());
    if (count < 0) return std::nullopt;
    text.resize(static_cast<std::size_t>(count));
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    return SecretText{std::move(text)};
}

std::string json_escaped(std::string_view text) {
    const std::string quoted = json_string(text);
    return quoted.substr(1, quoted.size() - 2);
}

std::string doubled_dollars(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '$' ? "$$" : std::string(1, c);
    return out;
}

}  // namespace

Secrets::Secrets(std::string directory, const std::map<std::string, std::string>& environment)
    : directory_(std::move(directory)) {
    for (const auto& [name, value] : environment)
        if (name.starts_with(kVariable)) variables_.emplace(name, SecretText{value});
}

Result<SecretText> Secrets::find(const TenantId& tenant, std::string_view name) const {
    if (!is_name(name)) return fail(Errc::invalid, "a secret's name has letters, digits, . - and _ only");
    if (!directory_.empty()) {
        const bool has_folder = is_name(tenant.value());
        if (has_folder)
            if (auto found = read_file(fmt::format("{}/{}/{}", directory_, tenant.value(), name)))
                return std::move(*found);
        if (auto found = read_file(fmt::format("{}/{}", directory_, name))) return std::move(*found);
    }
    if (const auto found = variables_.find(variable_of(name)); found != variables_.end())
        return found->second;
    return fail(Errc::not_found, fmt::format("the secret {} is not known", name));
}

Result<std::string> Revealer::reveal(std::string_view text, Quoting quoting) {
    std::string out;
    for (;;) {
        const std::size_t begin = text.find(kOpening);
        const std::size_t end = begin == text.npos ? text.npos : text.find('}', begin);
        if (end == text.npos) break;
        const std::string_view name = text.substr(begin + kOpening.size(), end - begin - kOpening.size());
        const Result<SecretText> secret = secrets_.find(tenant_, name);
        if (!secret) return std::unexpected(secret.error());
        out += text.substr(0, begin);
        const std::string escaped = json_escaped(secret->reveal());
        out += quoting == Quoting::json      ? escaped
               : quoting == Quoting::dollars ? doubled_dollars(secret->reveal())
                                             : secret->reveal();
        revealed_.push_back(secret->reveal());
        if (escaped != secret->reveal()) revealed_.push_back(escaped);
        text.remove_prefix(end + 1);
    }
    out += text;
    return out;
}

Mask::Mask(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {
    std::erase_if(secrets_, [](const std::string& secret) { return secret.size() < kShortestMasked; });
    std::ranges::sort(secrets_, [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

/// The longest end of the text that is the beginning of a secret, but not all of it.
std::size_t Mask::held_back(std::string_view text) const {
    std::size_t longest = 0;
    for (const std::string& secret : secrets_)
        for (std::size_t size = std::min(secret.size() - 1, text.size()); size > longest; --size)
            if (text.ends_with(std::string_view{secret}.substr(0, size))) longest = size;
    return longest;
}

std::string Mask::feed(std::string_view piece) {
    if (secrets_.empty()) return std::string{piece};
    rest_ += piece;
    std::string out;
    std::size_t done = 0;
    for (std::size_t at = 0; at < rest_.size();) {
        const std::string_view here = std::string_view{rest_}.substr(at);
        const auto secret =
            std::ranges::find_if(secrets_, [&](const std::string& one) { return here.starts_with(one); });
        if (secret == secrets_.end()) {
            out += rest_[at++];
            continue;
        }
        out += "***";
        at += secret->size();
        done = at;
    }
    const std::size_t held = held_back(std::string_view{rest_}.substr(done));
    out.resize(out.size() - held);
    rest_.erase(0, rest_.size() - held);
    return out;
}

std::string Mask::finish() { return std::exchange(rest_, {}); }

std::string Mask::whole(std::string_view text) {
    std::string out = feed(text);
    out += finish();
    return out;
}

}  // namespace ecron::execution
