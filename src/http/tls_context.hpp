#pragma once
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "ecron/base/error.hpp"
#include "ecron/http/server.hpp"

namespace ecron::http {

/// Server-side TLS 1.2 and 1.3 with forward secrecy and authenticated ciphers only, without renegotiation.
/// Errors name the file and the problem. An encrypted key is refused, because a service cannot prompt for its
/// password.
Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const TlsFiles& files);

}  // namespace ecron::http
