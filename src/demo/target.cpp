#include "ecron/demo/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "ecron/base/async.hpp"

namespace ecron::demo {
namespace {

constexpr std::string_view kFlaky = "/flaky/", kBroken = "/broken/";
constexpr double kFlakyFails = 0.12;
constexpr std::int64_t kUsual = 200, kLongest = 3'600'000;

std::int64_t usual_ms(std::string_view query) {
    std::int64_t value = kUsual;
    if (query.starts_with("ms=")) std::from_chars(query.data() + 3, query.data() + query.size(), value);
    return std::clamp<std::int64_t>(value, 0, kLongest);
}

/// Malformed requests, which none of the jobs sends.
http::Response refuse(unsigned status, std::string_view reason) {
    return {.status = status, .body = std::string{reason} + '\n', .content_type = "text/plain"};
}

}  // namespace

Target::Target(boost::asio::io_context& io)
    : io_(io),
      server_(
          io, {.address = "127.0.0.1", .port = 0},
          [this](const http::Request& request) { return respond(request); }, refuse) {}

std::string Target::url() const { return fmt::format("http://127.0.0.1:{}", server_.port()); }

boost::asio::awaitable<http::Response> Target::respond(const http::Request& request) {
    const bool is_broken = request.path.starts_with(kBroken);
    const bool fails = is_broken || (request.path.starts_with(kFlaky) && random() < kFlakyFails);
    // Failures are fast; successes take 0.6 to 1.6 of the usual time.
    const double factor = fails ? 0.1 : 0.6 + random();
    const auto rows = static_cast<std::int64_t>(random() * 5'000);
    co_await sleep(io_, Millis{std::llround(factor * static_cast<double>(usual_ms(request.query)))});
    if (is_broken)
        co_return http::Response{.status = 503, .body = R"({"error":"upstream unavailable","retry":true})"};
    if (fails) co_return http::Response{.status = 500, .body = R"({"error":"connection pool exhausted"})"};
    co_return http::Response{.body = fmt::format(R"({{"status":"done","rows":{}}})", rows)};
}

}  // namespace ecron::demo
