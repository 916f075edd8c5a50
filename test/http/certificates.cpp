#include "http/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <random>
#include <stdexcept>

namespace ecron::http::test {
namespace {

void must(bool good) {
    if (!good) throw std::runtime_error("cannot make a certificate");
}

template <class Write> void write_file(const std::string& name, const Write& write) {
    const std::unique_ptr<FILE, decltype(&std::fclose)> file{std::fopen(name.c_str(), "w"), &std::fclose};
    must(file && write(file.get()) == 1);
}

void add_extension(X509* certificate, int kind, const std::string& value) {
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension{
        X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()), &X509_EXTENSION_free};
    must(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
    std::string name = std::filesystem::temp_directory_path() / "ecron-test-XXXXXX";
    must(::mkdtemp(name.data()) != nullptr);
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() { std::filesystem::remove_all(path_); }

Authority::Authority(const std::string& name)
    : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free),
      certificate_(make(name, key_.get(), {})) {
    must(X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get())) == 1);
    add_extension(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    must(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0);
}

Authority::Certificate Authority::make(const std::string& subject, EVP_PKEY* key, const Wanted& wanted) {
    Certificate certificate{X509_new(), &X509_free};
    X509* const raw = certificate.get();
    must(X509_set_version(raw, 2) == 1);
    ASN1_INTEGER_set(X509_get_serialNumber(raw), static_cast<long>(std::random_device{}() & 0x7FFFFFFF));
    X509_gmtime_adj(X509_getm_notBefore(raw), wanted.valid_from);
    X509_gmtime_adj(X509_getm_notAfter(raw), wanted.valid_until);
    must(X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(subject.c_str()), -1, -1, 0) == 1);
    must(X509_set_pubkey(raw, key) == 1);
    return certificate;
}

std::string Authority::write(const std::string& file) const {
    write_file(file, [&](FILE* out) { return PEM_write_X509(out, certificate_.get()); });
    return file;
}

TlsFiles Authority::issue(const std::string& stem, const Wanted& wanted) const {
    const Key key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
    const Certificate certificate = make(wanted.host, key.get(), wanted);
    const X509* const issuer = wanted.self_signed ? certificate.get() : certificate_.get();
    must(X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer)) == 1);
    add_extension(certificate.get(), NID_subject_alt_name, "DNS:" + wanted.host);
    must(X509_sign(certificate.get(), (wanted.self_signed ? key : key_).get(), EVP_sha256()) > 0);
    const TlsFiles files{.certificate_file = stem + ".crt", .key_file = stem + ".key"};
    write_file(files.certificate_file, [&](FILE* out) { return PEM_write_X509(out, certificate.get()); });
    write_file(files.key_file, [&](FILE* out) {
        const std::string& password = wanted.key_password;
        return PEM_write_PrivateKey(out, key.get(), password.empty() ? nullptr : EVP_aes_128_cbc(),
                                    reinterpret_cast<const unsigned char*>(password.data()),
                                    static_cast<int>(password.size()), nullptr, nullptr);
    });
    return files;
}

}  // namespace ecron::http::test
