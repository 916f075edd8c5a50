#include "auth/error_causes.hpp"
#include "ecron/auth/authenticator.hpp"
#include "ecron/auth/token_file.hpp"

namespace ecron::auth {
namespace {

class TokenAuthenticator final : public Authenticator {
public:
    TokenAuthenticator(std::string file, ScopeMap scopes, std::vector<TokenEntry> entries)
        : file_(std::move(file)),
          scopes_(std::move(scopes)),
          entries_(std::move(entries)) {}

    std::optional<Identity> known(std::string_view token) override {
        const TokenEntry* const entry = find_token(entries_, token);
        if (entry == nullptr) return std::nullopt;
        ++statistics_.accepted;
        return Identity{entry->tenant, entry->name, scopes_.permissions(entry->scope)};
    }
    boost::asio::awaitable<Result<Identity>> identify(std::string token, std::string) override {
        if (std::optional<Identity> identity = known(token)) co_return std::move(*identity);
        ++statistics_.refused;
        co_return refused(kInvalidToken);
    }
    Result<void> reload() override {
        Result<std::vector<TokenEntry>> entries = read_token_file(file_);
        if (!entries) return std::unexpected(entries.error());
        entries_ = std::move(*entries);
        return {};
    }
    [[nodiscard]] Statistics statistics() const override { return statistics_; }

private:
    std::string file_;
    ScopeMap scopes_;
    std::vector<TokenEntry> entries_;
    Statistics statistics_;
};

}  // namespace

Result<std::unique_ptr<Authenticator>> make_token_authenticator(std::string file, ScopeMap scopes) {
    Result<std::vector<TokenEntry>> entries = read_token_file(file);
    if (!entries) return std::unexpected(entries.error());
    return std::make_unique<TokenAuthenticator>(std::move(file), std::move(scopes), std::move(*entries));
}

}  // namespace ecron::auth
