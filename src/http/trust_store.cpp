#include "http/trust_store.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <fmt/format.h>
#include <stdexcept>
#include <system_error>

namespace ecron::http {
namespace {

int add_all(X509_STORE* store, const std::string& pem) {
    using Text = std::unique_ptr<BIO, decltype(&BIO_free)>;
    using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
    const Text text{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
    int count = 0;
    for (;; ++count) {
        const Certificate one{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), &X509_free};
        if (!one) break;
        X509_STORE_add_cert(store, one.get());
    }
    if (count > 0) ERR_clear_error();  // set at the end of the text
    return count > 0 ? 1 : 0;
}

/// The cause that OpenSSL recorded first: a later one says only that a file could not be loaded.
std::string first_reason() {
    const unsigned long code = ERR_peek_error();
    ERR_clear_error();
    if (code == 0) return "no certificate";
    if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
    const char* const reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "no certificate";
}

}  // namespace

TrustStore::TrustStore(const std::string& ca_file, const std::string& ca_text)
    : store_(X509_STORE_new(), &X509_STORE_free) {
    ERR_clear_error();  // what another use of OpenSSL left behind is not the reason
    const int loaded = !ca_text.empty()  ? add_all(store_.get(), ca_text)
                       : ca_file.empty() ? X509_STORE_set_default_paths(store_.get())
                                         : X509_STORE_load_file(store_.get(), ca_file.c_str());
    if (loaded != 1) throw std::runtime_error(fmt::format("ca_file {}: {}", ca_file, first_reason()));
    X509_STORE_set_flags(store_.get(),
                         X509_V_FLAG_PARTIAL_CHAIN);  // an intermediate may be trusted by itself
}

}  // namespace ecron::http
