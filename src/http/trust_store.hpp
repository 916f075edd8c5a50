#pragma once
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace ecron::http {

/// The authorities a client believes, read once: reading the system's bundle takes tens of milliseconds,
/// which no connection on the io thread may cost.
class TrustStore {
public:
    /// `ca_text` is PEM; empty: those of the file; that empty too: the system's. Throws std::runtime_error
    /// when there is none to be had.
    explicit TrustStore(const std::string& ca_file, const std::string& ca_text = {});
    [[nodiscard]] X509_STORE* get() const { return store_.get(); }

private:
    std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store_;
};

}  // namespace ecron::http
