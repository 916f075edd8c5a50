#include "ecron/http/certificate.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

namespace ecron::http {
namespace {

std::optional<Instant> end_of(const X509& certificate) {
    std::tm utc{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &utc) != 1) return std::nullopt;
    return from_unix_seconds(::timegm(&utc));
}

}  // namespace

Result<CertificateEnds> certificate_ends(std::string_view pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> text{
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
    std::optional<CertificateEnds> ends;
    for (;;) {
        const std::unique_ptr<X509, decltype(&X509_free)> certificate{
            PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), X509_free};
        if (!certificate) break;
        const std::optional<Instant> end = end_of(*certificate);
        if (!end) return fail(Errc::invalid, "the expiry of a certificate cannot be parsed");
        if (!ends) ends = CertificateEnds{*end, *end};
        ends->first = std::min(ends->first, *end);
        ends->last = std::max(ends->last, *end);
    }
    ERR_clear_error();  // OpenSSL reports the end of the text as an error
    if (!ends) return fail(Errc::invalid, "no certificate found");
    return *ends;
}

Result<CertificateEnds> certificate_ends_in(const std::string& file) {
    const std::ifstream in{file, std::ios::binary};
    if (!in) return fail(Errc::not_found, fmt::format("{} cannot be read", file));
    std::ostringstream text;
    text << in.rdbuf();
    Result<CertificateEnds> ends = certificate_ends(std::move(text).str());
    if (!ends) return fail(ends.error().code, fmt::format("{}: {}", file, ends.error().what));
    return ends;
}

}  // namespace ecron::http
