#include <fmt/format.h>

#include "app/own_url.hpp"
#include "ecron/app/serve.hpp"
#include "ecron/http/probe.hpp"

namespace ecron::app {
namespace {

constexpr Millis kPatience{3'000};

/// The address at which this machine reaches a server that listens on `listens`.
std::string reached_at(const std::string& listens) {
    return listens == "0.0.0.0" || listens == "::" ? "127.0.0.1" : listens;
}

}  // namespace

std::string own_url(const http::ServerOptions& own) {
    const std::string host = reached_at(own.address);
    const bool is_six = host.contains(':');
    return fmt::format("{}://{}{}{}:{}", own.tls ? "https" : "http", is_six ? "[" : "", host,
                       is_six ? "]" : "", own.port);
}

std::optional<std::string> health(const config::Config& config, const std::string& url) {
    if (url.empty() && config.server.port == 0)
        return "cron_port is 0: the service's port is unknown, specify --url";
    const Result<unsigned> status =
        http::probe((url.empty() ? own_url(config.server) : url) + "/health/ready", kPatience);
    if (!status) return status.error().what;
    if (*status != 200) return fmt::format("not ready: /health/ready answers {}", *status);
    return std::nullopt;
}

bool is_running(const config::Config& config) {
    if (config.server.port == 0) return false;
    const Result<unsigned> status = http::probe(own_url(config.server) + "/health/alive", kPatience);
    return status && *status == 200;
}

}  // namespace ecron::app
