#pragma once
#include <openssl/x509.h>

#include <filesystem>
#include <memory>
#include <string>

#include "ecron/http/server.hpp"

namespace ecron::http::test {

/// A temporary directory, removed on destruction.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

/// A certificate authority for tests.
class Authority {
public:
    explicit Authority(const std::string& name);
    /// Writes the authority's certificate and returns the file's name.
    std::string write(const std::string& file) const;

    struct Wanted {
        std::string host{"localhost"};
        long valid_from{-3600};  // seconds from now
        long valid_until{3600};
        std::string key_password{};  // empty: not encrypted
        bool self_signed{false};     // not signed by the authority
    };
    /// Writes a certificate and its key to two files whose names begin with `stem`.
    TlsFiles issue(const std::string& stem, const Wanted& wanted) const;
    TlsFiles issue(const std::string& stem) const { return issue(stem, {}); }

private:
    using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
    using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

    static Certificate make(const std::string& subject, EVP_PKEY* key, const Wanted& wanted);

    Key key_;
    Certificate certificate_;
};

}  // namespace ecron::http::test
