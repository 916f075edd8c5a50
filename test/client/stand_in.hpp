#pragma once
#include <fmt/format.h>

#include <functional>
#include <vector>

#include "client/connection/connection.hpp"
#include "http/support.hpp"

namespace ecron::client {

/// A server whose responses a function decides; it runs on the server's thread.
class StandIn {
public:
    using Answer = std::function<http::Response(const http::Request&, std::size_t number)>;

    explicit StandIn(Answer answer)
        : answer_(std::move(answer)),
          server_([this](const http::Request& request) { return handle(request); }) {}

    [[nodiscard]] Connection connection() const {
        return {.server = fmt::format("http://127.0.0.1:{}", server_.port()), .token = SecretText{"t"}};
    }
    std::vector<http::Request> requests() {
        std::vector<http::Request> copy;
        server_.thread().call([&] { copy = requests_; });
        return copy;
    }
    std::size_t connections() { return server_.connections(); }

private:
    boost::asio::awaitable<http::Response> handle(const http::Request& request) {
        requests_.push_back(request);
        co_return answer_(request, requests_.size());
    }

    Answer answer_;
    std::vector<http::Request> requests_;
    http::test::TestServer server_;
};

}  // namespace ecron::client
