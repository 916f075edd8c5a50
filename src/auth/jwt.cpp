#include "ecron/auth/jwt.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>

#include "auth/json_members.hpp"
#include "ecron/base/base64.hpp"

namespace ecron::auth {
namespace {

namespace bj = boost::json;

constexpr std::size_t kLongestToken = 16UL * 1024;
constexpr std::size_t kMaxKeys = 64;
constexpr int kMinRsaBits = 2'048, kMaxRsaBits = 8'192;
constexpr std::size_t kP256 = 32;  // bytes of a coordinate
constexpr Millis kLeeway{30'000};  // tolerated clock difference, for the start of validity only

template <auto Free> struct Freed {
    template <class T> void operator()(T* value) const { Free(value); }
};
using PKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::optional<bj::object> object_in(std::string_view text) {
    bj::parse_options options;
    options.max_depth = 16;
    boost::system::error_code failed;
    bj::value value = bj::parse(text, failed, {}, options);
    if (failed || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

PKey key_from(const char* type, OSSL_PARAM_BLD* builder) {
    const std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>> parameters{OSSL_PARAM_BLD_to_param(builder)};
    const std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>> context{
        EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
    if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) return nullptr;
    return PKey{key};
}

PKey rsa_key(const std::string& modulus, const std::string& exponent) {
    const Number n{BN_bin2bn(bytes(modulus), static_cast<int>(modulus.size()), nullptr)};
    const Number e{BN_bin2bn(bytes(exponent), static_cast<int>(exponent.size()), nullptr)};
    if (!n || !e || BN_num_bits(n.get()) < kMinRsaBits || BN_num_bits(n.get()) > kMaxRsaBits) return nullptr;
    if (!BN_is_odd(e.get()) || BN_is_one(e.get()) || BN_num_bits(e.get()) > 64) return nullptr;
    const std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>> builder{OSSL_PARAM_BLD_new()};
    if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        return nullptr;
    return key_from("RSA", builder.get());
}

PKey p256_key(const std::string& x, const std::string& y) {
    if (x.size() != kP256 || y.size() != kP256) return nullptr;
    const std::string point = '\x04' + x + y;  // uncompressed, SEC 1 §2.3.3
    const std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>> builder{OSSL_PARAM_BLD_new()};
    if (!builder ||
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) != 1)
        return nullptr;
    return key_from("EC", builder.get());
}

/// An ES256 signature is r and s concatenated (RFC 7518 §3.4); OpenSSL expects ASN.1.
std::string asn1_of(std::string_view signature) {
    if (signature.size() != 2 * kP256) return {};
    const std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>> pair{ECDSA_SIG_new()};
    BIGNUM* const r = BN_bin2bn(bytes(signature), kP256, nullptr);
    BIGNUM* const s = BN_bin2bn(bytes(signature) + kP256, kP256, nullptr);
    if (!pair || ECDSA_SIG_set0(pair.get(), r, s) != 1) return {};  // takes ownership of r and s
    unsigned char* out = nullptr;
    const int size = i2d_ECDSA_SIG(pair.get(), &out);
    if (size <= 0) return {};
    std::string text{reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)};
    OPENSSL_free(out);
    return text;
}

std::optional<Algorithm> algorithm_named(std::string_view name) {
    if (name == "RS256") return Algorithm::rs256;
    if (name == "ES256") return Algorithm::es256;
    if (name == "EdDSA") return Algorithm::eddsa;
    return std::nullopt;
}

bool is_signed_by(EVP_PKEY* key, Algorithm algorithm, std::string_view message, std::string_view signature) {
    const std::string asn1 = algorithm == Algorithm::es256 ? asn1_of(signature) : std::string{};
    if (algorithm == Algorithm::es256) signature = asn1;
    if (signature.empty()) return false;
    const std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>> context{EVP_MD_CTX_new()};
    const EVP_MD* const digest = algorithm == Algorithm::eddsa ? nullptr : EVP_sha256();
    return context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message),
                            message.size()) == 1;
}

}  // namespace

struct KeySet::Key {
    std::string id;
    Algorithm algorithm{};
    PKey key;
};

KeySet::KeySet() = default;
KeySet::KeySet(KeySet&&) noexcept = default;
KeySet& KeySet::operator=(KeySet&&) noexcept = default;
KeySet::~KeySet() = default;
std::size_t KeySet::size() const { return keys_.size(); }

Result<KeySet> KeySet::read(std::string_view document) {
    const std::optional<bj::object> object = object_in(document);
    const bj::value* const list = object ? object->if_contains("keys") : nullptr;
    if (list == nullptr || !list->is_array()) return fail(Errc::invalid, "not a JSON Web Key Set");
    KeySet set;
    for (const bj::value& element : list->get_array()) {
        if (!element.is_object() || set.keys_.size() >= kMaxKeys) continue;
        const bj::object& given = element.get_object();
        const std::string use = text_of(given, "use");
        if (!use.empty() && use != "sig") continue;
        const auto part = [&](std::string_view name) {
            return from_base64url(text_of(given, name)).value_or(std::string{});
        };
        const std::string type = text_of(given, "kty"), curve = text_of(given, "crv");
        Key key{.id = text_of(given, "kid"), .algorithm = {}, .key = nullptr};
        if (type == "RSA") {
            key.algorithm = Algorithm::rs256;
            key.key = rsa_key(part("n"), part("e"));
        } else if (type == "EC" && curve == "P-256") {
            key.algorithm = Algorithm::es256;
            key.key = p256_key(part("x"), part("y"));
        } else if (type == "OKP" && curve == "Ed25519") {
            key.algorithm = Algorithm::eddsa;
            const std::string x = part("x");
            if (x.size() == 32)
                key.key.reset(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(x), x.size()));
        }
        const std::string named = text_of(given, "alg");
        const bool of_another = !named.empty() && algorithm_named(named) != key.algorithm;
        if (key.key && !of_another) set.keys_.push_back(std::move(key));
    }
    return set;
}

/// The verification steps of one token.
class Verification {
public:
    Verification(const KeySet& keys, const Expectations& expectations, Instant now)
        : keys_(keys.keys_),
          expectations_(expectations),
          now_(now) {}

    std::expected<Claims, Fault> of(std::string_view token) const {
        const std::size_t first = token.find('.');
        const std::size_t second = first == token.npos ? first : token.find('.', first + 1);
        if (second == token.npos || token.size() > kLongestToken) return std::unexpected(Fault::malformed);
        const auto header = part(token.substr(0, first));
        const auto payload = part(token.substr(first + 1, second - first - 1));
        const auto signature = from_base64url(token.substr(second + 1));
        if (!header || !payload || !signature) return std::unexpected(Fault::malformed);
        const auto algorithm = algorithm_named(text_of(*header, "alg"));
        // Extensions marked critical must be understood (RFC 7515 §4.1.11); none is supported.
        if (!algorithm || header->contains("crit")) return std::unexpected(Fault::malformed);
        const auto by = signed_by(text_of(*header, "kid"), *algorithm, token.substr(0, second), *signature);
        if (!by) return std::unexpected(by.error());
        return claims(*payload);
    }

private:
    static std::optional<bj::object> part(std::string_view text) {
        const std::optional<std::string> decoded = from_base64url(text);
        return decoded ? object_in(*decoded) : std::nullopt;
    }

    [[nodiscard]] std::expected<void, Fault> signed_by(const std::string& id, Algorithm algorithm,
                                                       std::string_view message,
                                                       std::string_view signature) const {
        bool named = false;
        for (const KeySet::Key& key : keys_) {
            if (key.algorithm != algorithm || (!id.empty() && key.id != id)) continue;
            if (is_signed_by(key.key.get(), algorithm, message, signature)) return {};
            named = !id.empty();
        }
        return std::unexpected(named ? Fault::signature : Fault::unknown_key);
    }

    [[nodiscard]] std::expected<Claims, Fault> claims(const bj::object& payload) const {
        Claims claims{.issuer = text_of(payload, "iss"),
                      .subject = text_of(payload, "sub"),
                      .client = text_of(payload, "client_id"),
                      .scope = text_of(payload, "scope"),
                      .audiences = texts_of(payload, "aud"),
                      .expires = instant_of(payload, "exp"),
                      .not_before = instant_of(payload, "nbf")};
        if (claims.client.empty()) claims.client = text_of(payload, "azp");
        if (claims.scope.empty())
            for (const std::string& word : texts_of(payload, "scp")) claims.scope += word + ' ';
        if (!claims.expires || claims.client.empty()) return std::unexpected(Fault::claims);
        if (*claims.expires <= now_) return std::unexpected(Fault::expired);
        const bool begun =
            payload.contains("nbf") ? claims.not_before && *claims.not_before <= now_ + kLeeway : true;
        if (!begun || claims.issuer != expectations_.issuer || !is_for_us(claims))
            return std::unexpected(Fault::claims);
        return claims;
    }

    [[nodiscard]] bool is_for_us(const Claims& claims) const {
        return expectations_.audiences.empty() ||
               std::ranges::any_of(claims.audiences, [&](const std::string& audience) {
                   return std::ranges::find(expectations_.audiences, audience) !=
                          expectations_.audiences.end();
               });
    }

    const std::vector<KeySet::Key>& keys_;
    const Expectations& expectations_;
    Instant now_;
};

std::expected<Claims, Fault> verify(std::string_view token, const KeySet& keys,
                                    const Expectations& expectations, Instant now) {
    return Verification{keys, expectations, now}.of(token);
}

}  // namespace ecron::auth
