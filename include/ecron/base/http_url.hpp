#pragma once
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"

/// URLs of HTTP targets as users write them, and as libcurl requests them. Pure. Threads: any.
namespace ecron {

/// The URL to request: spaces and bytes outside ASCII behind the authority are percent-encoded, and an
/// internationalised host name is in its ASCII form (IDNA 2008). Any other text is returned unchanged, valid
/// or not. Error: Errc::invalid, the host name has no ASCII form.
Result<std::string> request_url(std::string_view text);

/// Whether libcurl accepts the URL: http or https, a host, a port from 1 to 65535, no control characters.
/// The error's text is a predicate ("must be …", "is not a valid URL: …") that follows the field's name.
Result<void> check_http_url(std::string_view text);

/// A URL, or a reference relative to one, fit for records: at most 512 bytes, without its fragment; user
/// information and the values of its query, which may be credentials, are `***`.
std::string url_for_record(std::string_view url);

}  // namespace ecron
