#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/http/message.hpp"
#include "ecron/model/messages.hpp"

/// The answers that handlers give: JSON, nothing, or a refusal in the body format of the API.
namespace ecron::management {

http::Response json_answer(unsigned status, std::string body);
http::Response empty_answer();
/// For an answer whose body has no room for them: a header field `X-Ecron-Warning` for each, percent-encoded
/// where it is not ASCII.
void add_warnings(http::Response& response, const std::vector<std::string>& warnings);

/// A refusal without details, for what concerns no field.
http::Response refuse(model::Language language, unsigned status, std::string_view cause);
/// The one table that maps Errc to status, cause and `Retry-After`. The text of an `invalid` or
/// `unauthenticated` error is its cause.
/// `subject` names what was looked for, when the error does not.
http::Response refuse(model::Language language, const Error& error, std::string_view subject = "job_id");
http::Response refuse(model::Language language, const model::Problems& problems);

/// 429: the tenant has used its rate, and has some again after `wait`.
http::Response refuse_too_many(model::Language language, Millis wait);

}  // namespace ecron::management
