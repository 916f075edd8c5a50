#pragma once
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"

/// How long certificates are valid. Threads: any.
namespace ecron::http {

struct CertificateEnds {
    Instant first, last;  // of several certificates: after which one of them is expired, and all
};

/// Of all certificates in a PEM text. Errors: there is none, or one cannot be read.
Result<CertificateEnds> certificate_ends(std::string_view pem);
/// The same of a file.
Result<CertificateEnds> certificate_ends_in(const std::string& file);

}  // namespace ecron::http
