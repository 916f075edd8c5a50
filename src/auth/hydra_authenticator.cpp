#include <fmt/format.h>

#include <array>
#include <boost/json/parse.hpp>

#include "auth/cached_authenticator.hpp"
#include "auth/error_causes.hpp"
#include "auth/json_members.hpp"
#include "ecron/base/http_url.hpp"
#include "ecron/base/log.hpp"
#include "ecron/http/client.hpp"

/// RFC 7662, "OAuth 2.0 Token Introspection".
namespace ecron::auth {
namespace {

constexpr std::array<std::string_view, 2> kPaths{"/admin/oauth2/introspect", "/oauth2/introspect"};
constexpr std::size_t kLongestAnswer = 64UL * 1024;

class HydraAuthenticator final : public CachedAuthenticator {
public:
    HydraAuthenticator(boost::asio::io_context& io, const Clock& clock, http::Client& client, ScopeMap scopes,
                       HydraOptions options)
        : CachedAuthenticator(io, clock, options.cache),
          client_(client),
          scopes_(std::move(scopes)),
          options_(std::move(options)) {}

private:
    boost::asio::awaitable<Result<Found>> look(std::string token) override {
        const std::string form = "token=" + http::percent_encode(token);
        for (std::size_t tried = 0; tried < kPaths.size(); ++tried) {
            const std::size_t path = path_;
            asked_issuer();
            const Result<http::ClientResponse> answer = co_await client_.send(request(path, form));
            if (!answer) co_return away(answer.error().what);
            if (answer->status == 200) co_return read(answer->body);
            if (answer->status != 404) co_return away(fmt::format("status {}", answer->status));
            if (path_ == path)
                path_ = (path + 1) % kPaths.size();  // otherwise another request has already switched
        }
        co_return away("no introspection path answers");
    }

    [[nodiscard]] http::ClientRequest request(std::size_t path, const std::string& form) const {
        return {.method = "POST",
                .url = options_.admin_url + std::string{kPaths.at(path)},
                .headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                            {"Accept", "application/json"}},
                .body = form,
                .connect_timeout = options_.timeout,
                .timeout = options_.timeout,
                .max_redirects = 0,
                .unanswered = http::ClientRequest::Unanswered::again,
                .body_limit = kLongestAnswer};
    }

    Result<Found> away(const std::string& why) {
        if (!std::exchange(is_away_, true))
            log::warn("failed to introspect tokens at Hydra: url={} error={}",
                      url_for_record(options_.admin_url), why);
        return fail(Errc::unavailable, "Hydra does not answer: " + why);
    }

    Result<Found> read(const std::string& body) {
        boost::system::error_code failed;
        const boost::json::value value = boost::json::parse(body, failed);
        if (failed || !value.is_object()) return away("the answer is not a JSON object");
        const boost::json::object& told = value.get_object();
        const boost::json::value* const active = told.if_contains("active");
        if (active == nullptr || !active->is_bool()) return away("the answer has no boolean \"active\"");
        if (std::exchange(is_away_, false))
            log::info("Hydra is reachable again: url={}", url_for_record(options_.admin_url));
        if (!active->get_bool()) return refused(kTokenExpired);
        Found found{.identity = {.tenant = TenantId{text_of(told, "client_id")},
                                 .subject = text_of(told, "sub"),
                                 .may = scopes_.permissions(text_of(told, "scope"))},
                    .expires = instant_of(told, "exp")};
        const bool refreshes = text_of(told, "token_use") == "refresh_token";
        if (found.identity.tenant.value().empty() || refreshes) return refused(kInvalidToken);
        if (found.expires && *found.expires <= clock().now()) return refused(kTokenExpired);
        return found;
    }

    http::Client& client_;
    const ScopeMap scopes_;
    const HydraOptions options_;
    std::size_t path_{0};
    bool is_away_{false};
};

}  // namespace

std::unique_ptr<Authenticator> make_hydra_authenticator(boost::asio::io_context& io, const Clock& clock,
                                                        http::Client& client, ScopeMap scopes,
                                                        HydraOptions options) {
    return std::make_unique<HydraAuthenticator>(io, clock, client, std::move(scopes), std::move(options));
}

}  // namespace ecron::auth
