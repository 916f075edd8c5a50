#include "http/server_state.hpp"

#include <ctime>

#include <fmt/chrono.h>

namespace ecron::http {

ServerState::ServerState(boost::asio::io_context& io, ServerOptions options_given,
                         Server::Handler handler_given, Server::ErrorBody error_body_given,
                         Server::BodyCheck body_check_given)
    : options(std::move(options_given)),
      handler(std::move(handler_given)),
      error_body(std::move(error_body_given)),
      body_check(std::move(body_check_given)),
      connections(options),
      bodies(options.buffered_limit),
      answers(options.buffered_limit),
      empty(io) {}

SteadyInstant ServerState::now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return SteadyInstant{std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_nsec / 1000}};
}

std::string_view ServerState::date() {
    timespec time{};
    clock_gettime(CLOCK_REALTIME_COARSE, &time);
    if (time.tv_sec != date_second_) {
        date_second_ = time.tv_sec;
        date_ = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(time.tv_sec));
    }
    return date_;
}

}  // namespace ecron::http
