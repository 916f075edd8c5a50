#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>

#include "ecron/base/error.hpp"

namespace ecron::http {

/// Opens the acceptor and binds it. Errors: see check_port.
Result<void> bind(boost::asio::ip::tcp::acceptor& acceptor, const std::string& address, std::uint16_t port);
/// The error of a failure to listen.
Error listen_error(const std::string& address, std::uint16_t port, const boost::system::error_code& reason);

}  // namespace ecron::http
