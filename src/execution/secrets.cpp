#include "ecron/execution/secrets.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <iterator>
#include <optional>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/large_work.hpp"
#include "ecron/http/message.hpp"
#include "ecron/http/origin.hpp"
#include "execution/command/descriptor.hpp"

namespace ecron::execution {
namespace {

constexpr std::string_view kVariable = "ECRON_SECRET_";
constexpr std::string_view kOpening = "${secret:";
constexpr std::string_view kRules = ".allow";
constexpr std::size_t kLongest = 64UL * 1024;
constexpr std::size_t kShortestMasked = 4;  // masking shorter texts would garble any output

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Whether the text is a valid file name without a path.
bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 253 && text[0] != '.' && !text.ends_with(kRules) &&
           std::ranges::all_of(
               text, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_'; });
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

std::string_view trimmed(std::string_view line) {
    constexpr std::string_view kSpace = " \t\r";
    const std::size_t first = line.find_first_not_of(kSpace);
    return first == line.npos ? line.substr(0, 0)
                              : line.substr(first, line.find_last_not_of(kSpace) - first + 1);
}

enum class Rules : std::uint8_t { allow, other_tenant, other_destination, broken };

/// Evaluates the rules of a secret for a tenant and a destination.
class RuleReader {
public:
    RuleReader(const TenantId& tenant, const Destination& to) : tenant_(tenant), to_(to) {}

    Rules read(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            if (!take(trimmed(text.substr(0, end)))) return Rules::broken;
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        if (!names_tenants_ && !names_destinations_) return Rules::broken;  // the rules bind it to nothing
        if (names_tenants_ && !tenant_fits_) return Rules::other_tenant;
        return names_destinations_ && !destination_fits_ ? Rules::other_destination : Rules::allow;
    }

private:
    bool take(std::string_view line) {
        if (line.empty() || line[0] == '#') return true;
        const std::size_t space = std::min(line.find_first_of(" \t"), line.size());
        const std::string_view word = line.substr(0, space);
        const std::string_view value = trimmed(line.substr(space));
        if (word == "tenant" && !value.empty()) {
            names_tenants_ = true;
            tenant_fits_ = tenant_fits_ || value == tenant_.value();
            return true;
        }
        if (word == "origin") return !value.empty() && take_origin(std::string{value});
        if ((word != "command" && word != "kubernetes") || !value.empty()) return false;
        add_destination(word);
        return true;
    }

    bool take_origin(const std::string& url) {
        const std::string origin = http::origin_of(url);
        if (origin.empty()) return false;
        add_destination(origin);
        return true;
    }

    void add_destination(std::string_view name) {
        names_destinations_ = true;
        destination_fits_ = destination_fits_ || name == to_.name();
    }

    const TenantId& tenant_;
    const Destination& to_;
    bool names_tenants_{false}, tenant_fits_{false};
    bool names_destinations_{false}, destination_fits_{false};
};

/// No file: no rules. An existing file that cannot be read denies access.
Rules rules_in(const std::string& file, const TenantId& tenant, const Destination& to) {
    struct stat status{};
    if (file.empty() || (::lstat(file.c_str(), &status) != 0 && errno == ENOENT)) return Rules::allow;
    const std::optional<SecretText> text = read_file(file);
    // The file may be longer than the buffer.
    if (!text || text->reveal().size() + 2 >= kLongest) return Rules::broken;
    return RuleReader{tenant, to}.read(text->reveal());
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

/// Form or query encoding: a target that echoes it may use + for spaces and lower-case hex digits.
void add_form_encoded(std::vector<std::string>& forms, std::string_view text) {
    const std::string encoded = http::percent_encode(text);
    if (encoded == text) return;
    std::string lower = encoded;
    for (std::size_t at = lower.find('%'); at != lower.npos; at = lower.find('%', at + 3))
        for (std::size_t digit = at + 1; digit < at + 3; ++digit)
            lower[digit] = static_cast<char>(std::tolower(static_cast<unsigned char>(lower[digit])));
    for (const std::string& one : {encoded, lower}) {
        std::string plus;
        for (std::size_t at = 0; at < one.size(); ++at) {
            const bool is_space = std::string_view{one}.substr(at, 3) == "%20";
            plus += is_space ? '+' : one[at];
            if (is_space) at += 2;
        }
        if (plus != one) forms.push_back(std::move(plus));
        forms.push_back(one);
    }
}

}  // namespace

Secrets::Secrets(std::string directory, const std::map<std::string, std::string>& environment)
    : directory_(std::move(directory)) {
    for (const auto& [name, value] : environment)
        if (name.starts_with(kVariable)) variables_.emplace(name, SecretText{value});
}

Destination Destination::of_url(const std::string& url) { return Destination{http::origin_of(url)}; }

Result<SecretText> Secrets::find(const TenantId& tenant, std::string_view name, const Destination& to) const {
    Result<Found> found = look_up(tenant, name);
    if (!found) return std::unexpected(found.error());
    switch (rules_in(found->rules, tenant, to)) {
        case Rules::allow:
            return std::move(found->text);
        case Rules::other_tenant:
            return fail(Errc::denied, fmt::format("the secret {} is not for this tenant", name));
        case Rules::other_destination:
            return fail(Errc::denied, fmt::format("the secret {} is not for {}", name, to.name()));
        case Rules::broken:
            break;
    }
    return fail(Errc::denied, fmt::format("the rules of the secret {} cannot be read", name));
}

Result<Secrets::Found> Secrets::look_up(const TenantId& tenant, std::string_view name) const {
    if (!is_name(name)) return fail(Errc::invalid, "a secret's name has letters, digits, . - and _ only");
    const auto in_file = [](const std::string& path) -> std::optional<Found> {
        auto text = read_file(path);
        if (!text) return std::nullopt;
        return Found{std::move(*text), fmt::format("{}{}", path, kRules)};
    };
    if (!directory_.empty()) {
        const bool has_folder = is_name(tenant.value());
        if (has_folder)
            if (auto found = in_file(fmt::format("{}/{}/{}", directory_, tenant.value(), name)))
                return std::move(*found);
        if (auto found = in_file(fmt::format("{}/{}", directory_, name))) return std::move(*found);
    }
    const std::string variable = variable_of(name);
    if (const auto found = variables_.find(variable); found != variables_.end())
        return Found{found->second,
                     directory_.empty() ? "" : fmt::format("{}/{}{}", directory_, variable, kRules)};
    return fail(Errc::not_found, fmt::format("the secret {} is not known", name));
}

std::size_t count_secrets(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = text.find(kOpening); at != text.npos; at = text.find(kOpening, at + 1)) ++count;
    return count;
}

const std::string& Revealer::Forms::as(Quoting quoting) const {
    switch (quoting) {
        case Quoting::json:
            return json;
        case Quoting::dollars:
            return dollars;
        case Quoting::none:
            break;
    }
    return plain;
}

Result<const Revealer::Forms*> Revealer::forms_of(std::string_view name) {
    if (const auto known = known_.find(name); known != known_.end()) return &known->second;
    const Result<SecretText> secret = secrets_.find(tenant_, name, to_);
    if (!secret) return std::unexpected(secret.error());
    Forms forms{.plain = secret->reveal(),
                .json = json_escaped(secret->reveal()),
                .dollars = doubled_dollars(secret->reveal())};
    return &known_.emplace(name, std::move(forms)).first->second;
}

Result<std::string> Revealer::reveal(std::string_view text, Quoting quoting) {
    report_work(text.size());
    std::string out;
    for (;;) {
        const std::size_t begin = text.find(kOpening);
        const std::size_t end = begin == text.npos ? text.npos : text.find('}', begin);
        if (end == text.npos) break;
        const auto forms = forms_of(text.substr(begin + kOpening.size(), end - begin - kOpening.size()));
        if (!forms) return std::unexpected(forms.error());
        out += text.substr(0, begin);
        out += (*forms)->as(quoting);
        if (out.size() > kLongestRevealed)
            return fail(Errc::invalid,
                        fmt::format("a text is longer than {} bytes with its secrets", kLongestRevealed));
        text.remove_prefix(end + 1);
    }
    out += text;
    return out;
}

std::vector<std::string> Revealer::revealed() && {
    std::vector<std::string> texts;
    for (auto& [name, forms] : known_) {
        // The variable of a container is part of a JSON manifest.
        std::vector<std::string> sent{json_escaped(forms.dollars), std::move(forms.dollars)};
        for (std::string* const form : {&forms.json, &forms.plain}) {
            add_form_encoded(sent, *form);  // values other than texts are encoded as JSON
            sent.push_back(std::move(*form));
        }
        std::ranges::sort(sent);
        const auto repeated = std::ranges::unique(sent);
        std::move(sent.begin(), repeated.begin(), std::back_inserter(texts));
    }
    return texts;
}

Mask::Mask(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {
    std::erase_if(secrets_, [](const std::string& secret) { return secret.size() < kShortestMasked; });
    std::ranges::sort(secrets_, [](const auto& a, const auto& b) {
        return a.size() != b.size() ? a.size() > b.size() : a < b;
    });
    const auto repeated = std::ranges::unique(secrets_);
    secrets_.erase(repeated.begin(), repeated.end());
    for (std::uint32_t number = 0; number < secrets_.size(); ++number) {
        const std::string& secret = secrets_[number];
        by_beginning_[secret.substr(0, kShortestMasked)].push_back(number);
        first_bytes_.set(static_cast<unsigned char>(secret.front()));
    }
}

/// The secrets that share the text's first bytes, longest first.
std::span<const std::uint32_t> Mask::candidates(std::string_view here) const {
    if (here.size() < kShortestMasked || !first_bytes_[static_cast<unsigned char>(here.front())]) return {};
    const auto found = by_beginning_.find(std::string{here.substr(0, kShortestMasked)});
    return found == by_beginning_.end() ? std::span<const std::uint32_t>{} : found->second;
}

/// The length of the longest secret at the start of the text, or 0.
std::size_t Mask::secret_at(std::string_view here) const {
    for (const std::uint32_t number : candidates(here))
        if (here.starts_with(secrets_[number])) return secrets_[number].size();
    return 0;
}

/// Whether the whole text is a proper prefix of a secret.
bool Mask::may_begin_secret(std::string_view here) const {
    if (here.size() >= secrets_.front().size()) return false;
    const auto begins = [&](const std::string& secret) {
        return secret.size() > here.size() && secret.starts_with(here);
    };
    if (here.size() < kShortestMasked) return std::ranges::any_of(secrets_, begins);
    return std::ranges::any_of(candidates(here),
                               [&](std::uint32_t number) { return begins(secrets_[number]); });
}

std::string Mask::replace(Text text) {
    report_work(rest_.size());
    std::string out;
    const std::string_view whole = rest_;
    std::size_t at = 0;
    while (at < whole.size()) {
        const std::string_view here = whole.substr(at);
        if (text == Text::goes_on && may_begin_secret(here)) break;
        const std::size_t size = secret_at(here);
        if (size > 0)
            out += "***";
        else
            out += whole[at];
        at += std::max<std::size_t>(size, 1);
    }
    rest_.erase(0, at);
    return out;
}

std::string Mask::feed(std::string_view piece) {
    if (secrets_.empty()) return std::string{piece};
    rest_ += piece;
    return replace(Text::goes_on);
}

std::string Mask::finish() { return secrets_.empty() ? std::string{} : replace(Text::ended); }

std::string Mask::whole(std::string_view text) {
    std::string out = feed(text);
    out += finish();
    return out;
}

}  // namespace ecron::execution
