#include "http/listener.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>

#include "ecron/http/listening.hpp"

namespace ecron::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Errc code_of(const error_code& reason) {
    if (reason == asio::error::address_in_use || reason == boost::system::errc::address_not_available)
        return Errc::unavailable;
    return reason == asio::error::access_denied ? Errc::denied : Errc::invalid;
}

}  // namespace

Error listen_error(const std::string& address, std::uint16_t port, const error_code& reason) {
    const std::string_view help = reason == asio::error::access_denied && port < 1024
                                      ? " (ports below 1024 require CAP_NET_BIND_SERVICE)"
                                      : "";
    return {code_of(reason),
            fmt::format("cannot listen on {} port {}: {}{}", address, port, reason.message(), help),
            {"cron_addr", "cron_port"}};
}

Result<void> bind(tcp::acceptor& acceptor, const std::string& address, std::uint16_t port) {
    error_code ec;
    const tcp::endpoint endpoint{asio::ip::make_address(address, ec), port};
    if (ec)
        return fail(Errc::invalid, fmt::format("{} is not an IP address: {}", address, ec.message()),
                    {"cron_addr"});
    acceptor.open(endpoint.protocol(), ec);
    if (!ec) acceptor.set_option(tcp::acceptor::reuse_address{true}, ec);
    if (!ec) acceptor.bind(endpoint, ec);
    if (!ec) return {};
    error_code ignored;
    acceptor.close(ignored);
    return std::unexpected(listen_error(address, port, ec));
}

Result<void> check_port(const std::string& address, std::uint16_t port) {
    if (port == 0) return {};
    asio::io_context io;
    tcp::acceptor acceptor{io};
    return bind(acceptor, address, port);
}

}  // namespace ecron::http
