#include "ecron/base/hmac.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace ecron {
namespace {

/// The algorithm handle is cached, because OpenSSL's lookup costs more than its use.
class Hmac {
public:
    using Digest = std::array<unsigned char, 32>;

    Hmac() : mac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr)), context_(EVP_MAC_CTX_new(mac_.get())) {
        std::string digest = "SHA256";
        const std::array<OSSL_PARAM, 2> parameters{
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
            OSSL_PARAM_construct_end()};
        if (context_ == nullptr || EVP_MAC_CTX_set_params(context_.get(), parameters.data()) != 1)
            throw std::runtime_error("OpenSSL does not provide HMAC-SHA-256");
    }

    Digest operator()(std::string_view key, std::string_view message) const {
        Digest digest{};
        std::size_t length = 0;
        const bool made = EVP_MAC_init(context_.get(), bytes(key), key.size(), nullptr) == 1 &&
                          EVP_MAC_update(context_.get(), bytes(message), message.size()) == 1 &&
                          EVP_MAC_final(context_.get(), digest.data(), &length, digest.size()) == 1;
        if (!made || length != digest.size()) throw std::runtime_error("HMAC-SHA-256 failed");
        return digest;
    }

private:
    static const unsigned char* bytes(std::string_view text) {
        return reinterpret_cast<const unsigned char*>(text.data());
    }

    std::unique_ptr<EVP_MAC, decltype([](EVP_MAC* mac) { EVP_MAC_free(mac); })> mac_;
    std::unique_ptr<EVP_MAC_CTX, decltype([](EVP_MAC_CTX* context) { EVP_MAC_CTX_free(context); })> context_;
};

}  // namespace

std::array<unsigned char, 32> hmac_sha256(std::string_view key, std::string_view message) {
    thread_local const Hmac hmac;
    return hmac(key, message);
}

}  // namespace ecron
