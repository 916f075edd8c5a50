#include "client/api/api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/parse.hpp>
#include <cctype>
#include <charconv>
#include <memory>
#include <stdexcept>

#include "client/api/api_error.hpp"
#include "ecron/http/message.hpp"

namespace ecron::client {
namespace {

constexpr std::string_view kPrefix = "/api/ecron-management/v1";
constexpr std::size_t kBodyLimit = 256UL << 20U;  // of a response; a page of 1000 large jobs fits
constexpr int kAttempts = 5;
constexpr Seconds kLongestWait{10};  // for a server that requests a later retry

bool is_repeatable(const std::string& method) { return method != "POST" && method != "PATCH"; }

http::ClientOptions options_for(const Connection& connection) {
    return {.connections_kept = Api::kConcurrent,
            .connections_per_host = Api::kConcurrent,
            .ca_file = connection.ca_file,
            .user_agent = "ecron-cli"};
}

/// The wait that the response requests; nullopt: the call is not repeated. 429 and 503 mean that nothing was
/// done, except that a creation whose response was 503 may have been stored.
std::optional<Seconds> retry_wait(const Call& call, const http::ClientResponse& response, int attempt) {
    const bool limited = response.status == 429 || (response.status == 503 && is_repeatable(call.method));
    if (!limited || attempt >= kAttempts || call.on_body) return std::nullopt;
    const auto header = std::ranges::find_if(response.headers, [](const http::Header& one) {
        return one.name == "Retry-After" || one.name == "retry-after";
    });
    int seconds = 1;
    if (header != response.headers.end())
        std::from_chars(header->value.data(), header->value.data() + header->value.size(), seconds);
    return Seconds{seconds} > kLongestWait ? std::nullopt : std::optional{Seconds{std::max(seconds, 1)}};
}

}  // namespace

std::string Reply::header(std::string_view name) const {
    const auto same = [&](const http::Header& header) {
        return std::ranges::equal(header.name, name, [](unsigned char a, unsigned char b) {
            return std::tolower(a) == std::tolower(b);
        });
    };
    const auto found = std::ranges::find_if(headers, same);
    return found == headers.end() ? std::string{} : found->value;
}

std::string parameter(std::string_view name, std::string_view value) {
    return fmt::format("{}={}", name, http::percent_encode(value));
}

/// The state of one call_all.
struct Api::Series {
    std::size_t count;
    const Make& make;
    const Done& done;
    std::size_t next{0}, in_flight{0};
    bool stopped{false};
};

Api::Api(Connection connection)
    : connection_(std::move(connection)),
      client_(io_, options_for(connection_)) {}

Outcome<void> open(std::optional<Api>& api, Connection connection) {
    try {
        api.emplace(std::move(connection));
        return {};
    } catch (const std::runtime_error& unusable) {
        return failed(ExitCode::usage, unusable.what());
    }
}

http::ClientRequest Api::request_of(const Call& call) const {
    http::ClientRequest request;
    request.method = call.method;
    request.url = fmt::format("{}{}{}", connection_.server, kPrefix, call.path);
    if (!connection_.tenant.empty())
        request.url += (call.path.contains('?') ? "&" : "?") + parameter("tenant", connection_.tenant);
    request.headers = call.headers;
    request.headers.push_back({"Accept-Language", connection_.language});
    if (!connection_.token.empty())
        request.headers.push_back({"Authorization", "Bearer " + connection_.token.reveal()});
    if (!call.body.empty() || call.method == "POST" || call.method == "PUT") {
        request.headers.push_back({"Content-Type", "application/json"});
        request.body = call.body;
    }
    request.timeout = call.timeout;
    request.max_redirects = 0;
    if (is_repeatable(call.method)) request.unanswered = http::ClientRequest::Unanswered::again;
    request.body_limit = kBodyLimit;
    request.on_body = call.on_body;
    return request;
}

void Api::start(Series& series, std::size_t index, Call call, int attempt) {
    http::ClientRequest request = request_of(call);
    client_.start(std::move(request),
                  [this, &series, index, call = std::move(call), attempt](http::ClientResult result) mutable {
                      const auto wait = result ? retry_wait(call, *result, attempt) : std::nullopt;
                      if (wait && !series.stopped) {
                          auto timer = std::make_shared<boost::asio::steady_timer>(io_, *wait);
                          timer->async_wait([this, &series, index, call = std::move(call), attempt,
                                             timer](const boost::system::error_code&) mutable {
                              start(series, index, std::move(call), attempt + 1);
                          });
                          return;
                      }
                      --series.in_flight;
                      Outcome<Reply> outcome = reply_of(connection_.server, std::move(result));
                      if (!series.stopped && !series.done(index, std::move(outcome))) series.stopped = true;
                      if (series.stopped || series.next == series.count) return;
                      ++series.in_flight;
                      const std::size_t following = series.next++;
                      start(series, following, series.make(following), 1);
                  });
}

void Api::call_all(std::size_t count, const Make& make, const Done& done) {
    Series series{count, make, done};
    while (series.next < std::min(count, kConcurrent)) {
        ++series.in_flight;
        const std::size_t index = series.next++;
        start(series, index, make(index), 1);
    }
    io_.restart();
    const auto work = boost::asio::make_work_guard(io_);
    while (series.in_flight > 0) io_.run_one();
}

Outcome<Reply> Api::call(Call call) {
    Outcome<Reply> result = failed(ExitCode::unreachable, "no response");
    call_all(
        1, [&](std::size_t) { return call; },
        [&](std::size_t, Outcome<Reply> outcome) {
            result = std::move(outcome);
            return true;
        });
    return result;
}

Outcome<json::value> Api::call_json(Call call) {
    const std::string path = call.path;
    const Outcome<Reply> reply = this->call(std::move(call));
    if (!reply) return std::unexpected(reply.error());
    boost::system::error_code error;
    json::value value = json::parse(reply->body, error);
    if (error)
        return failed(ExitCode::refused,
                      fmt::format("{}: the response to {} is not JSON; is this the API of ecron?",
                                  connection_.server, path));
    return value;
}

}  // namespace ecron::client
