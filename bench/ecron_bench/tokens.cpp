#include "ecron_bench/tokens.hpp"

#include <fmt/format.h>

namespace ecron::bench {
namespace {

constexpr std::string_view kIssuer = "https://issuer";
constexpr std::int64_t kNever = 4'102'444'800;  // 2100

}  // namespace

Tokens::Tokens() : signer_(auth::Algorithm::es256, "bench"), keys_(auth::test::key_set({signer_.jwk()})) {}

std::string Tokens::of(std::string_view tenant) const {
    return signer_.token(
        fmt::format(R"({{"iss":"{}","exp":{},"client_id":"{}","scope":"all"}})", kIssuer, kNever, tenant));
}

Environment Tokens::settings() const {
    return {{"ECRON_AUTH_MODE", "jwt"},
            {"ECRON_JWT_ISSUER", std::string{kIssuer}},
            {"ECRON_JWT_KEYS_URL", fmt::format("http://127.0.0.1:{}/keys", keys_.port())},
            {"ECRON_METRICS_PUBLIC", "true"}};
}

}  // namespace ecron::bench
