#include "http/trust_store.hpp"

#include <openssl/err.h>

#include <fmt/format.h>
#include <stdexcept>

namespace ecron::http {

TrustStore::TrustStore(const std::string& ca_file) : store_(X509_STORE_new(), &X509_STORE_free) {
    const int loaded = ca_file.empty() ? X509_STORE_set_default_paths(store_.get())
                                       : X509_STORE_load_file(store_.get(), ca_file.c_str());
    if (loaded != 1) {
        const char* reason = ERR_reason_error_string(ERR_peek_last_error());
        ERR_clear_error();
        throw std::runtime_error(
            fmt::format("ca_file {}: {}", ca_file, reason != nullptr ? reason : "no certificate"));
    }
    X509_STORE_set_flags(store_.get(),
                         X509_V_FLAG_PARTIAL_CHAIN);  // an intermediate may be trusted by itself
}

}  // namespace ecron::http
