#include "http/tls_context.hpp"

#include <openssl/ssl.h>

#include <fmt/format.h>

namespace ecron::http {
namespace {

namespace ssl = boost::asio::ssl;
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";  // for TLS 1.2; all suites of 1.3 qualify

Error file_error(std::string_view what, const std::string& file, const boost::system::error_code& ec) {
    return {Errc::invalid, fmt::format("{} {}: {}", what, file, ec.message()), {std::string{what}}};
}

}  // namespace

Result<std::shared_ptr<ssl::context>> make_tls_context(const TlsFiles& files) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX* const native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native,
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // saves 34 KiB per idle connection
    if (SSL_CTX_set_cipher_list(native, kCiphers) != 1)
        return fail(Errc::internal, "TLS ciphers not available");

    boost::system::error_code ec;
    context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string{}; },
                                   ec);
    context->use_certificate_chain_file(files.certificate_file, ec);
    if (ec) return std::unexpected(file_error("cert_file", files.certificate_file, ec));
    context->use_private_key_file(files.key_file, ssl::context::pem, ec);
    if (ec) return std::unexpected(file_error("key_file", files.key_file, ec));
    if (SSL_CTX_check_private_key(native) != 1)
        return fail(Errc::invalid,
                    fmt::format("key_file {} does not belong to cert_file {}", files.key_file,
                                files.certificate_file),
                    {"key_file", "cert_file"});
    if (files.client_ca_file.empty()) return context;
    context->load_verify_file(files.client_ca_file, ec);
    if (ec) return std::unexpected(file_error("client_ca_file", files.client_ca_file, ec));
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert, ec);
    // Resumption is only valid for sessions of this server; otherwise the client certificate would not be
    // requested.
    constexpr std::string_view kServer = "ecron";
    SSL_CTX_set_session_id_context(native, reinterpret_cast<const unsigned char*>(kServer.data()),
                                   kServer.size());
    return context;
}

Result<void> check_tls(const TlsFiles& files) {
    const auto context = make_tls_context(files);
    return context ? Result<void>{} : std::unexpected(context.error());
}

}  // namespace ecron::http
