#pragma once
#include "ecron/execution/http_runner.hpp"
#include "ecron/http/client.hpp"

/// What a job's HTTP target sees, and what its answer means.
namespace ecron::execution {

/// The request of one attempt: method, URL and headers as the job says, `webhook: <callback_path>/<execute
/// id>`, `Idempotency-Key`, `X-Ecron-Scheduled-At` (the planned instant, the same in every attempt) and
/// `X-Ecron-Attempt`. POST, PUT and PATCH without a body send the four bytes `null`, which existing targets
/// parse; GET, HEAD and DELETE send none. Secrets stand in header values and the body; one that is not known
/// is an error, and a request that carries one is not redirected to another origin.
Result<http::ClientRequest> http_request(const AttemptOrder& order, const HttpOptions& options,
                                         Revealer& revealer);

/// Scheme, host and port of a URL in lower case: what shares connections.
std::string origin_of(std::string_view url);

/// 2xx is success, or acceptance when the job's end comes by callback; all else is a failure with a readable
/// reason.
/// What had come of an answer that did not come to its end is kept.
AttemptResult read_answer(const http::ClientResult& answer, model::Completion completion);

}  // namespace ecron::execution
