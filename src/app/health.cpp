#include <fmt/format.h>

#include "ecron/app/serve.hpp"
#include "ecron/http/probe.hpp"

namespace ecron::app {
namespace {

constexpr Millis kPatience{3'000};

/// Where this machine reaches a server that listens there.
std::string reached_at(const std::string& listens) {
    return listens == "0.0.0.0" || listens == "::" ? "127.0.0.1" : listens;
}

}  // namespace

std::optional<std::string> health(const config::Config& config) {
    const config::Http& own = config.http;
    if (own.port == 0) return "cron_port 0 took a port that only the service knows";
    const Result<unsigned> status = http::probe({.address = reached_at(own.address),
                                                 .port = own.port,
                                                 .tls = own.tls.has_value(),
                                                 .path = "/health/ready"},
                                                kPatience);
    if (!status) return status.error().what;
    if (*status != 200) return fmt::format("not ready: /health/ready answers {}", *status);
    return std::nullopt;
}

}  // namespace ecron::app
