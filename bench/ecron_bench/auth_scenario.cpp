#include <fmt/format.h>

#include <stdexcept>

#include "auth/signer.hpp"
#include "bare/beast_server.hpp"
#include "bare/load_client.hpp"
#include "ecron_bench/installation.hpp"
#include "ecron_bench/scenarios.hpp"
#include "ecron_bench/statistics.hpp"

/// The cost of authentication: the same requests of one client with and without a token.
namespace ecron::bench {
namespace {

constexpr std::string_view kIssuer = "https://issuer";
constexpr std::string_view kTenant = "mock-client-id";  // owner of the jobs if authentication is disabled
constexpr std::int64_t kNever = 4'102'444'800;          // 2100

/// A token issuer: one token, and its response to introspection at any path.
struct Access {
    std::string issuer_says;
    std::string token;
    Environment settings;  // except the address of the issuer

    static Access of(const std::string& mode) {
        if (mode == "hydra")
            return {.issuer_says = fmt::format(
                        R"({{"active":true,"client_id":"{}","sub":"bench","scope":"all","exp":{}}})", kTenant,
                        kNever),
                    .token = "an-opaque-token-of-some-eighty-characters-as-hydra-gives-them-out-for-a-client",
                    .settings = {{"ECRON_AUTH_MODE", "hydra"}, {"ECRON_OAUTH_ADMIN_ADDR", "127.0.0.1"}}};
        if (mode != "jwt") throw std::invalid_argument("--auth is hydra or jwt, not '" + mode + "'");
        const auth::test::Signer signer{auth::Algorithm::es256, "bench"};
        return {.issuer_says = auth::test::key_set({signer.jwk()}),
                .token = signer.token(fmt::format(R"({{"iss":"{}","exp":{},"client_id":"{}","scope":"all"}})",
                                                  kIssuer, kNever, kTenant)),
                .settings = {{"ECRON_AUTH_MODE", "jwt"}, {"ECRON_JWT_ISSUER", std::string{kIssuer}}}};
    }
    [[nodiscard]] Environment settings_with(std::uint16_t issuer) const {
        Environment all = settings;
        all.emplace_back("ECRON_OAUTH_ADMIN_PORT", std::to_string(issuer));
        all.emplace_back("ECRON_JWT_KEYS_URL", fmt::format("http://127.0.0.1:{}/keys", issuer));
        return all;
    }
    [[nodiscard]] std::string header() const { return "Authorization: Bearer " + token + "\r\n"; }
};

LoadResult reads(const Options& options, const Installation& installation, const Environment& settings,
                 const std::string& header) {
    std::vector<std::string> requests;
    installation.connect()->read("select f_job_id from t_cron_job", [&](Fields fields) {
        requests.push_back(get_request(fmt::format("{}/job?job_id={}", kApi, fields[0]), header));
    });
    const auto ecron = installation.start(settings);
    const LoadResult result =
        run_load({.port = ecron->port(),
                  .connections = options.connections,
                  .duration = options.seconds,
                  .append_request = [&requests](std::string& out, std::uint64_t number) {
                      out += requests[number % requests.size()];
                  }});
    ecron->stop();
    return result;
}

}  // namespace

void measure_auth(const Options& options, Report& report) {
    const Access access = Access::of(options.auth);
    const BeastServer issuer{access.issuer_says};
    const Environment settings = access.settings_with(issuer.port());
    const Installation installation{options, options.jobs};
    std::vector<double> open, known, ratios;
    std::uint64_t failures = 0;
    for (std::size_t round = 0; round < options.repeat; ++round) {
        const LoadResult without = reads(options, installation, {}, "");
        const LoadResult with = reads(options, installation, settings, access.header());
        open.push_back(without.per_second);
        known.push_back(with.per_second);
        ratios.push_back(with.per_second / without.per_second);
        failures += without.failures + with.failures;
    }
    report.add({"GET /job?job_id=, --auth " + options.auth, median(known), "req/s",
                Limit{"the same with --auth none", median(open), median(ratios)}, at_least(0.9)});
    report.check("every response was 2xx", failures == 0, fmt::format("{} failed", failures));
    const auto stranger = installation.start(settings);
    report.check("requests without a token are rejected",
                 !stranger->api().answers(std::string{kApi} + "/job"), "GET /job");
}

}  // namespace ecron::bench
