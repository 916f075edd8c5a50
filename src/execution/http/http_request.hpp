#pragma once
#include "ecron/execution/http_runner.hpp"
#include "ecron/http/client.hpp"

/// The request to a job's HTTP target, and the interpretation of its response.
namespace ecron::execution {

/// The request of one attempt: method, URL and headers as specified by the job, `webhook:
/// <callback_path>/<execute id>`, `Idempotency-Key`, `X-Ecron-Scheduled-At` (the scheduled time, identical in
/// all attempts), `X-Ecron-Attempt`, and `traceparent` unless the job sets it. POST, PUT and PATCH without a
/// body send the four bytes `null`, which existing targets parse; GET, HEAD and DELETE send none. Secrets may
/// be used in header values and the body; an unknown secret is an error, and a request with a secret is not
/// redirected to another origin.
Result<http::ClientRequest> http_request(const AttemptOrder& order, const HttpOptions& options,
                                         Revealer& revealer);

/// The approximate number of bytes that http_request processes.
[[nodiscard]] std::size_t request_work(const model::Context& context);
/// The same for read_answer.
[[nodiscard]] std::size_t answer_work(const http::ClientResult& answer);

/// 2xx is success, or acceptance if the job's end is reported by callback; anything else is a failure with a
/// readable reason. The received part of a truncated response is kept.
AttemptResult read_answer(const http::ClientResult& answer, model::Completion completion);

}  // namespace ecron::execution
