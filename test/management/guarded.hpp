#pragma once
#include <map>
#include <string>

#include "management/service.hpp"

namespace ecron::management::test {

/// Accepts the tokens that a test defines.
class FakeAuthenticator final : public auth::Authenticator {
public:
    std::map<std::string, auth::Identity, std::less<>> tokens;
    bool away{false};  // the issuer does not respond
    auth::Statistics counts{};

    std::optional<auth::Identity> known(std::string_view) override { return std::nullopt; }
    boost::asio::awaitable<Result<auth::Identity>> identify(std::string token, std::string) override {
        ++counts.asked;
        if (away) co_return fail(Errc::unavailable, "away");
        const auto found = tokens.find(token);
        if (found == tokens.end()) co_return fail(Errc::unauthenticated, "Token expired", {"Authorization"});
        co_return found->second;
    }
    [[nodiscard]] auth::Statistics statistics() const override { return counts; }
};

/// The API with authentication: "me" and "you" have all permissions in their tenants except command and
/// admin; "boss" is an administrator of another tenant.
class Guarded : public Service {
public:
    FakeAuthenticator authenticator;

    Guarded() {
        const auth::ScopeMap scopes{{{"ecron.read", "all"},
                                     {"ecron.write", "all"},
                                     {"ecron.execute", "all"},
                                     {"ecron.report"},
                                     {"ecron.command"},
                                     {"ecron.kubernetes"},
                                     {"ecron.kubernetes", "all"},
                                     {"ecron.admin"}}};
        options.authenticator = &authenticator;
        options.scopes = scopes;
        options.audits = true;
        for (const char* name : {"me", "you"}) given_token(name, name, "all");
        given_token("boss", "boss", "all ecron.admin");
    }

    void given_token(const std::string& token, const std::string& tenant, std::string_view scope) {
        authenticator.tokens[token] = {TenantId{tenant}, token + "-subject",
                                       options.scopes.permissions(scope)};
    }
    Reply as(const std::string& token, Method method, std::string_view target, std::string body = {}) {
        return ask(method, target, std::move(body), {{"Authorization", "Bearer " + token}});
    }
    std::string job_of(const std::string& token, std::string_view name) {
        const Reply reply = as(token, Method::post, "/job", job_text(name));
        REQUIRE(reply.status() == 201);
        return std::string{reply.at("/job_id").as_string()};
    }
};

/// The same, with requests of "me" by default.
class AsTenant final : public Guarded {
public:
    AsTenant() { usual_headers = {{"Authorization", "Bearer me"}}; }
};

}  // namespace ecron::management::test
