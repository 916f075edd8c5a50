#include "auth/issuer.hpp"

namespace ecron::auth::test {
namespace {

boost::asio::awaitable<void> stopped(http::Server& server) { co_await server.stop(Millis{0}); }

boost::asio::awaitable<http::Response> answer_to(Issuer& issuer, const http::Request& request) {
    issuer.asked.push_back(request);
    co_return issuer.answer(request);
}

}  // namespace

ScopeMap scope_map() {
    return ScopeMap{{{"read", "all"},
                     {"write", "all"},
                     {"execute", "all"},
                     {"report"},
                     {"command"},
                     {"kubernetes"},
                     {"kubernetes", "all"},
                     {"admin"}}};
}

Issuer::Issuer() : server_{serve(0)} { port_ = server_->port(); }

Issuer::~Issuer() { goes_away(); }

std::unique_ptr<http::Server> Issuer::serve(std::uint16_t port) {
    auto server = std::make_unique<http::Server>(
        io, http::ServerOptions{.port = port},
        [this](const http::Request& request) { return answer_to(*this, request); },
        [](unsigned status, std::string_view) { return http::Response{.status = status}; });
    REQUIRE(server->start());
    return server;
}

std::string Issuer::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

void Issuer::goes_away() {
    if (!server_) return;
    bool done = false;
    boost::asio::co_spawn(io, stopped(*server_), [&](const std::exception_ptr&) { done = true; });
    io.restart();
    while (!done) io.run_one();
    server_.reset();
}

void Issuer::comes_back() { server_ = serve(port_); }

Result<Identity> Issuer::identify(Authenticator& authenticator, const std::string& token) {
    return identify(authenticator, std::vector{token}).front();
}

std::vector<Result<Identity>> Issuer::identify(Authenticator& authenticator,
                                               const std::vector<std::string>& tokens) {
    std::vector<Result<Identity>> answers(tokens.size(), fail(Errc::internal, "never answered"));
    std::size_t left = tokens.size();
    for (std::size_t i = 0; i < tokens.size(); ++i)
        boost::asio::co_spawn(
            io, authenticator.identify(tokens[i], source),
            [&answers, &left, i](const std::exception_ptr& thrown, Result<Identity> answer) {
                if (!thrown) answers[i] = std::move(answer);
                --left;
            });
    io.restart();
    while (left > 0) io.run_one();
    return answers;
}

}  // namespace ecron::auth::test
