#include "ecron/auth/token_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "auth/digest.hpp"
#include "ecron/base/file_access.hpp"
#include "ecron/base/uuid.hpp"

namespace ecron::auth {
namespace {

constexpr std::string_view kPrefix = "ecron_";
constexpr std::size_t kIdBytes = 6, kSaltBytes = 16, kSecretBytes = 32;
constexpr std::string_view kHead =
    "# Tokens of ecron: id, name, tenant, scopes, salt, SHA-256. Edit with `ecron token`.\n";

std::unexpected<Error> file_error(std::string_view what, const std::string& file) {
    return fail(Errc::invalid, fmt::format("{} {}: {}", what, file, std::strerror(errno)));
}

/// Fields of a line have no spaces and no control characters; a tenant may otherwise be any text.
bool is_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c != 0x7F; });
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
    });
}

std::string replaced(std::string text, char from, char to) {
    std::ranges::replace(text, from, to);
    return text;
}

std::vector<std::string> words_of(const std::string& line) {
    std::istringstream in{line};
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(std::move(word));
    return words;
}

/// A writer holds the file's lock from reading to writing.
class Lock {
public:
    explicit Lock(const std::string& file)
        : fd_(::open((file + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
        if (fd_ >= 0) ::flock(fd_, LOCK_EX);
    }
    ~Lock() {
        if (fd_ >= 0) ::close(fd_);
    }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

private:
    int fd_;
};

/// Precedes every change beside the file.
Result<void> check_file(const std::string& file) {
    const auto why = why_not_file(file);
    if (why) return fail(Errc::invalid, fmt::format("token_file: {} {}", file, *why), {"token_file"});
    if (const auto missing = why_no_folder(file); missing)
        return fail(Errc::invalid, fmt::format("token_file: {}", *missing), {"token_file"});
    return {};
}

Result<void> write_private(const std::string& file, const std::string& text) {
    const std::string fresh = file + ".new";
    ::unlink(fresh.c_str());
    const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return file_error("cannot write", fresh);
    const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const bool stored = written && ::fsync(fd) == 0;
    ::close(fd);
    if (!stored || ::rename(fresh.c_str(), file.c_str()) != 0) return file_error("cannot write", file);
    return {};
}

struct Made {
    TokenEntry entry;
    SecretText token;
};

Made make(std::string name, TenantId tenant, std::string scope) {
    Made made;
    made.entry = {.id = to_hex(random_bytes(kIdBytes)),
                  .name = std::move(name),
                  .tenant = std::move(tenant),
                  .scope = std::move(scope),
                  .salt = to_hex(random_bytes(kSaltBytes)),
                  .hash = {}};
    const std::string secret = to_hex(random_bytes(kSecretBytes));
    made.token = SecretText{fmt::format("{}{}_{}", kPrefix, made.entry.id, secret)};
    made.entry.hash = to_hex(bytes_of(sha256(made.entry.salt, made.token.reveal())));
    return made;
}

Result<std::vector<TokenEntry>> read_or_none(const std::string& file) {
    if (const Result<void> usable = check_file(file); !usable) return std::unexpected(usable.error());
    std::error_code failed;
    if (!std::filesystem::exists(file, failed) && !failed) return std::vector<TokenEntry>{};
    return read_token_file(file);
}

}  // namespace

const TokenEntry* find_token(const std::vector<TokenEntry>& entries, std::string_view token) {
    if (!token.starts_with(kPrefix)) return nullptr;
    const std::string_view id = token.substr(kPrefix.size(), kIdBytes * 2);
    const auto found = std::ranges::find(entries, id, &TokenEntry::id);
    if (found == entries.end()) return nullptr;
    const std::string hash = to_hex(bytes_of(sha256(found->salt, token)));
    const bool same =
        hash.size() == found->hash.size() && CRYPTO_memcmp(hash.data(), found->hash.data(), hash.size()) == 0;
    return same ? &*found : nullptr;
}

Result<std::vector<TokenEntry>> read_token_file(const std::string& file) {
    if (const Result<void> usable = check_file(file); !usable) return std::unexpected(usable.error());
    std::ifstream in{file};
    if (!in) return file_error("cannot read the token file", file);
    std::vector<TokenEntry> entries;
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (line.empty() || line.starts_with('#')) continue;
        std::vector<std::string> words = words_of(line);
        const bool whole = words.size() == 6 && is_name(words[1]) && words[5].size() == 2 * sizeof(Digest);
        if (!whole) return fail(Errc::invalid, fmt::format("{}:{}: not a valid token entry", file, number));
        entries.push_back(
            {words[0], words[1], TenantId{words[2]}, replaced(words[3], ',', ' '), words[4], words[5]});
    }
    return entries;
}

Result<void> write_token_file(const std::string& file, const std::vector<TokenEntry>& entries) {
    std::string text{kHead};
    for (const TokenEntry& entry : entries)
        text += fmt::format("{} {} {} {} {} {}\n", entry.id, entry.name, entry.tenant.value(),
                            replaced(entry.scope, ' ', ','), entry.salt, entry.hash);
    return write_private(file, text);
}

Result<SecretText> create_token(const std::string& file, const std::string& name, const TenantId& tenant,
                                const std::string& scope) {
    if (!is_name(name))
        return fail(Errc::invalid,
                    fmt::format("{:?} is not a valid token name (letters, digits and .-_)", name));
    if (!is_word(tenant.value()) || !can_be_tenant(tenant.value()))
        return fail(Errc::invalid, "a tenant is at most 36 characters without spaces");
    if (scope.empty() || scope.contains(','))
        return fail(Errc::invalid, "scopes are required, separated by spaces");
    if (const auto usable = read_or_none(file); !usable) return std::unexpected(usable.error());
    const Lock lock{file};
    Result<std::vector<TokenEntry>> entries = read_or_none(file);
    if (!entries) return std::unexpected(entries.error());
    if (std::ranges::find(*entries, name, &TokenEntry::name) != entries->end())
        return fail(Errc::conflict, fmt::format("a token named {} already exists", name));
    Made made = make(name, tenant, scope);
    entries->push_back(std::move(made.entry));
    if (const Result<void> written = write_token_file(file, *entries); !written)
        return std::unexpected(written.error());
    return made.token;
}

Result<void> revoke_token(const std::string& file, const std::string& name) {
    if (const auto usable = read_token_file(file); !usable) return std::unexpected(usable.error());
    const Lock lock{file};
    Result<std::vector<TokenEntry>> entries = read_token_file(file);
    if (!entries) return std::unexpected(entries.error());
    if (std::erase_if(*entries, [&](const TokenEntry& entry) { return entry.name == name; }) == 0)
        return fail(Errc::not_found, fmt::format("there is no token named {:?}", name));
    return write_token_file(file, *entries);
}

Result<bool> create_first_token(const std::string& file, const TenantId& tenant, const std::string& scope) {
    if (const Result<void> usable = check_file(file); !usable) return std::unexpected(usable.error());
    const Lock lock{file};
    std::error_code failed;
    if (std::filesystem::exists(file, failed)) return false;
    const Made made = make("first", tenant, scope);
    // Write the token first: an entry without the plain token would be unusable, and the next start would not
    // create another.
    Result<void> written = write_private(file + ".initial", made.token.reveal() + '\n');
    if (written) written = write_token_file(file, {made.entry});
    if (!written) return std::unexpected(written.error());
    return true;
}

}  // namespace ecron::auth
