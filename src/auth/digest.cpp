#include "auth/digest.hpp"

#include <openssl/evp.h>

#include <cassert>
#include <memory>

namespace ecron::auth {
namespace {

/// Looking an algorithm up by name takes OpenSSL longer than hashing a token.
struct Hasher {
    std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm{EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                              &EVP_MD_free};
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

}  // namespace

Digest sha256(std::string_view first, std::string_view second) {
    thread_local const Hasher hasher;
    Digest digest{};
    EVP_MD_CTX* const context = hasher.context.get();
    const bool done = EVP_DigestInit_ex2(context, hasher.algorithm.get(), nullptr) == 1 &&
                      EVP_DigestUpdate(context, first.data(), first.size()) == 1 &&
                      EVP_DigestUpdate(context, second.data(), second.size()) == 1 &&
                      EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1;
    assert(done);
    return digest;
}

std::string_view bytes_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace ecron::auth
