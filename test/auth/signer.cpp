#include "auth/signer.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdexcept>
#include "ecron/base/base64.hpp"

namespace ecron::auth::test {
namespace {

void must(bool done) {
    if (!done) throw std::runtime_error("OpenSSL cannot make a key or a signature");
}

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string number(EVP_PKEY* key, const char* name, std::size_t size) {
    BIGNUM* value = nullptr;
    must(EVP_PKEY_get_bn_param(key, name, &value) == 1);
    std::string text(size == 0 ? static_cast<std::size_t>(BN_num_bytes(value)) : size, '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(text.size()));
    BN_free(value);
    return to_base64url(text);
}

EVP_PKEY* generated(Algorithm algorithm) {
    if (algorithm == Algorithm::rs256) return EVP_RSA_gen(2'048);
    if (algorithm == Algorithm::es256) return EVP_EC_gen("P-256");
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
}

std::string_view name_of(Algorithm algorithm) {
    return algorithm == Algorithm::rs256 ? "RS256" : algorithm == Algorithm::es256 ? "ES256" : "EdDSA";
}

std::string raw_of(const std::string& asn1) {
    const unsigned char* at = bytes(asn1);
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(asn1.size()));
    std::string raw(64, '\0');
    auto* const out = reinterpret_cast<unsigned char*>(raw.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + 32, 32);
    ECDSA_SIG_free(pair);
    return raw;
}

}  // namespace

Signer::Signer(Algorithm algorithm, std::string id)
    : Signer(algorithm, std::move(id), generated(algorithm)) {}

Signer::Signer(Algorithm algorithm, std::string id, EVP_PKEY* key)
    : algorithm_(algorithm),
      id_(std::move(id)),
      key_(key, EVP_PKEY_free) {
    must(key != nullptr);
}

Signer Signer::weak_rsa(std::string id) { return {Algorithm::rs256, std::move(id), EVP_RSA_gen(1'024)}; }

std::string Signer::jwk(std::string_view more) const {
    EVP_PKEY* const key = key_.get();
    if (algorithm_ == Algorithm::rs256)
        return fmt::format(R"({{"kty":"RSA","kid":"{}","n":"{}","e":"{}"{}}})", id_,
                           number(key, OSSL_PKEY_PARAM_RSA_N, 0), number(key, OSSL_PKEY_PARAM_RSA_E, 0),
                           more);
    if (algorithm_ == Algorithm::es256)
        return fmt::format(R"({{"kty":"EC","crv":"P-256","kid":"{}","x":"{}","y":"{}"{}}})", id_,
                           number(key, OSSL_PKEY_PARAM_EC_PUB_X, 32),
                           number(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32), more);
    std::string x(32, '\0');
    std::size_t size = x.size();
    must(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(x.data()), &size) == 1);
    return fmt::format(R"({{"kty":"OKP","crv":"Ed25519","kid":"{}","x":"{}"{}}})", id_, to_base64url(x),
                       more);
}

std::string Signer::sign(std::string_view message) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const EVP_MD* digest = algorithm_ == Algorithm::eddsa ? nullptr : EVP_sha256();
    must(EVP_DigestSignInit(context, nullptr, digest, nullptr, key_.get()) == 1);
    std::size_t size = 0;
    must(EVP_DigestSign(context, nullptr, &size, bytes(message), message.size()) == 1);
    std::string signature(size, '\0');
    must(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes(message),
                        message.size()) == 1);
    signature.resize(size);
    EVP_MD_CTX_free(context);
    return algorithm_ == Algorithm::es256 ? raw_of(signature) : signature;
}

std::string Signer::token(std::string_view payload, std::string header) const {
    if (header.empty())
        header = fmt::format(R"({{"alg":"{}","typ":"JWT","kid":"{}"}})", name_of(algorithm_), id_);
    const std::string message = to_base64url(header) + '.' + to_base64url(payload);
    return message + '.' + to_base64url(sign(message));
}

std::string Signer::public_pem() const {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(out, key_.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    std::string text{data, static_cast<std::size_t>(size)};
    BIO_free(out);
    return text;
}

std::string key_set(const std::vector<std::string>& keys) {
    return fmt::format(R"({{"keys":[{}]}})", fmt::join(keys, ","));
}

}  // namespace ecron::auth::test
