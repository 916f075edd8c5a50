#pragma once
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"

/// Expiry of certificates. Threads: any.
namespace ecron::http {

struct CertificateEnds {
    Instant first, last;  // of several certificates: the earliest and the latest expiry
};

/// The validity of all certificates in a PEM text. Errors: it contains no certificate, or one cannot be
/// parsed.
Result<CertificateEnds> certificate_ends(std::string_view pem);
/// The same for a file.
Result<CertificateEnds> certificate_ends_in(const std::string& file);

}  // namespace ecron::http
