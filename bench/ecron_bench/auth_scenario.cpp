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

/// How a client calls ecron.
struct Client {
    Environment settings;  // of ecron
    std::string header;
};

/// ecron is started for each load, with the settings of the client.
LoadResult load(const Options& options, const Installation& installation, const Client& client,
                AppendRequest append) {
    const auto ecron = installation.start(client.settings);
    const LoadResult result = run_load({.port = ecron->port(),
                                        .connections = options.connections,
                                        .duration = options.seconds,
                                        .append_request = std::move(append)});
    ecron->stop();
    return result;
}

LoadResult reads(const Options& options, const Installation& installation, const Client& client) {
    std::vector<std::string> requests;
    installation.connect()->read("select f_job_id from t_cron_job", [&](Fields fields) {
        requests.push_back(get_request(fmt::format("{}/job?job_id={}", kApi, fields[0]), client.header));
    });
    return load(options, installation, client, [&requests](std::string& out, std::uint64_t number) {
        out += requests[number % requests.size()];
    });
}

/// Jobs with new names, which are removed afterwards, so that every load meets the same tables.
LoadResult creations(const Options& options, const Installation& installation, const Client& client) {
    const std::string path = fmt::format("{}/job", kApi);
    std::uint64_t sent = 0;
    const LoadResult result = load(options, installation, client, [&](std::string& out, std::uint64_t) {
        append_post_request(out, path, idle_job(fmt::format("posted-{}", ++sent), ""), client.header);
    });
    installation.connect()->execute("delete from t_cron_job where f_job_name like 'posted-%'");
    return result;
}

/// Compares one kind of request with and without a token.
void compare(const Options& options, const Installation& installation, const Client& with,
             const std::string& name,
             LoadResult (*measure)(const Options&, const Installation&, const Client&), Report& report) {
    std::vector<double> open, known, ratios;
    std::uint64_t failures = 0;
    for (std::size_t round = 0; round < options.repeat; ++round) {
        const LoadResult without_token = measure(options, installation, {});
        const LoadResult with_token = measure(options, installation, with);
        open.push_back(without_token.per_second);
        known.push_back(with_token.per_second);
        ratios.push_back(with_token.per_second / without_token.per_second);
        failures += without_token.failures + with_token.failures;
    }
    report.add({fmt::format("{}, --auth {}", name, options.auth), median(known), "req/s",
                Limit{"the same with --auth none", median(open), median(ratios)}, at_least(0.9)});
    report.check(fmt::format("every response to {} was 2xx", name), failures == 0,
                 fmt::format("{} failed", failures));
}

}  // namespace

void measure_auth(const Options& options, Report& report) {
    const Access access = Access::of(options.auth);
    const BeastServer issuer{access.issuer_says};
    const Client client{access.settings_with(issuer.port()), access.header()};
    const Installation installation{options, options.jobs};
    compare(options, installation, client, "GET /job?job_id=", reads, report);
    compare(options, installation, client, "POST /job", creations, report);
    const auto stranger = installation.start(client.settings);
    report.check("requests without a token are rejected",
                 !stranger->api().answers(std::string{kApi} + "/job"), "GET /job");
}

}  // namespace ecron::bench
