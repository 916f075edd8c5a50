#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ecron/auth/authenticator.hpp"
#include "ecron/http/client.hpp"
#include "ecron/http/server.hpp"

namespace ecron::auth::test {

/// Grants each permission by the scope of its name, and by `all` its default permissions.
ScopeMap scope_map();

/// A simulated token issuer on loopback, with the clock and event loop that an authenticator requires.
class Issuer {
public:
    Issuer();
    ~Issuer();

    boost::asio::io_context io;
    ManualClock clock{Instant{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}}};
    http::Client client{io, {}};
    std::function<http::Response(const http::Request&)> answer;
    std::vector<http::Request> asked;

    [[nodiscard]] std::string url() const;
    void goes_away();
    void comes_back();
    std::string source{"192.0.2.1"};  // client address of the requests
    Result<Identity> identify(Authenticator& authenticator, const std::string& token);
    /// All concurrently.
    std::vector<Result<Identity>> identify(Authenticator& authenticator,
                                           const std::vector<std::string>& tokens);

private:
    std::unique_ptr<http::Server> serve(std::uint16_t port);

    std::uint16_t port_{0};
    std::unique_ptr<http::Server> server_;
};

}  // namespace ecron::auth::test
