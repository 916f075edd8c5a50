#pragma once
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"

/// URLs of HTTP targets: as entered by users and as requested by libcurl. Pure. Threads: any.
namespace ecron {

/// Returns the URL to request: spaces and non-ASCII bytes after the authority are percent-encoded, and an
/// internationalized host name is converted to ASCII (IDNA 2008). Any other text is returned unchanged, even
/// if invalid. Error: Errc::invalid if the host name has no ASCII form.
Result<std::string> request_url(std::string_view text);

/// Checks that libcurl accepts the URL: http or https, a host, a port from 1 to 65535, no control characters.
/// The error text is a predicate ("must be …", "is not a valid URL: …") to follow the field's name.
Result<void> check_http_url(std::string_view text);

/// Formats a URL or a relative reference for records: at most 512 bytes, without the fragment; user
/// information and query values, which may be credentials, become `***`.
std::string url_for_record(std::string_view url);

}  // namespace ecron
