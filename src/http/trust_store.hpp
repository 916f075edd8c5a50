#pragma once
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace ecron::http {

/// The CA certificates that a client trusts, read once: reading the system's bundle takes tens of
/// milliseconds, too long for each connection on the io thread.
class TrustStore {
public:
    /// `ca_text` is PEM; if empty, ca_file is used; if that is empty too, the system's bundle. Throws
    /// std::runtime_error if no certificates can be loaded.
    explicit TrustStore(const std::string& ca_file, const std::string& ca_text = {});
    [[nodiscard]] X509_STORE* get() const { return store_.get(); }

private:
    std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store_;
};

}  // namespace ecron::http
