#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/connection/connection.hpp"
#include "client/failure.hpp"
#include "ecron/http/client.hpp"

/// The REST API of one server over kept-alive connections. Blocking. Threads: one.
namespace ecron::client {

namespace json = boost::json;

struct Call {
    std::string method{"GET"};
    std::string path;  // below the prefix, with its query: "/job?limit=10"
    std::string body{};
    std::vector<http::Header> headers{};
    Millis timeout{60'000};
    std::function<bool(std::string_view)> on_body{};  // as in http::ClientRequest
};

/// A response of 2xx.
struct Reply {
    unsigned status{};
    std::vector<http::Header> headers{};
    std::string body{};

    [[nodiscard]] std::string header(std::string_view name) const;  // empty if there is none
};

class Api {
public:
    explicit Api(Connection connection);

    Outcome<Reply> call(Call call);
    /// A response that must be JSON.
    Outcome<json::value> call_json(Call call);

    /// Makes and sends `count` calls, at most kConcurrent of them at a time. `done` gets each outcome as it
    /// arrives; false ends the series: calls that were not sent yet are not made.
    using Make = std::function<Call(std::size_t)>;
    using Done = std::function<bool(std::size_t, Outcome<Reply>)>;
    void call_all(std::size_t count, const Make& make, const Done& done);
    static constexpr std::size_t kConcurrent = 32;

    [[nodiscard]] const Connection& connection() const { return connection_; }

private:
    struct Series;
    [[nodiscard]] http::ClientRequest request_of(const Call& call) const;
    void start(Series& series, std::size_t index, Call call, int attempt);

    Connection connection_;
    boost::asio::io_context io_;
    http::Client client_;
};

/// Creates the API of a connection. Errors: a ca_file that cannot be used.
Outcome<void> open(std::optional<Api>& api, Connection connection);

/// The warnings of a response, from its body or its header fields.
std::vector<std::string> warnings_of(const Reply& reply);

/// "name=value" with the value percent-encoded.
std::string parameter(std::string_view name, std::string_view value);

}  // namespace ecron::client
