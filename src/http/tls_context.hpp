#pragma once
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "ecron/base/error.hpp"
#include "ecron/http/server.hpp"

namespace ecron::http {

/// A server's side of TLS 1.2 and 1.3 with forward secrecy and authenticated ciphers only, no renegotiation.
/// Errors name the file and what is wrong with it; an encrypted key is refused, nobody is there to type its
/// password.
Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const TlsFiles& files);

}  // namespace ecron::http
