#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ecron/auth/rate.hpp"
#include "ecron/base/error.hpp"
#include "ecron/http/message.hpp"
#include "ecron/model/messages.hpp"

/// Responses of handlers: JSON, an empty body, or an error in the API's body format.
namespace ecron::management {

http::Response json_response(unsigned status, std::string body);
http::Response empty_response();
/// For responses whose body has no room for warnings: one header field `X-Ecron-Warning` per warning,
/// percent-encoded if it is not ASCII.
void add_warnings(http::Response& response, model::Language language,
                  const std::vector<std::string>& warnings);

/// Returns an error response without details, for errors that concern no field.
http::Response error_response(model::Language language, unsigned status, std::string_view cause);
/// The only table that maps Errc to status, cause and `Retry-After`. The text of an `invalid` or
/// `unauthenticated` error is its cause. `subject` names what was looked up, if the error does not.
http::Response error_response(model::Language language, const Error& error,
                              std::string_view subject = "job_id");
http::Response error_response(model::Language language, const model::Problems& problems);

/// Adds the header fields of a rate limit (draft-ietf-httpapi-ratelimit-headers-10): RateLimit-Policy and
/// RateLimit.
void add_quota(http::Response& response, std::string_view name, const auth::RateLimit::Quota& quota);

/// Returns 429: the tenant has used up its rate; `wait` is the time until the next request is permitted.
http::Response rate_limit_response(model::Language language, Millis wait);

}  // namespace ecron::management
