import { ApiError } from '../api/client';
import type { Messages } from '../i18n/messages';

/// Returns what a person can do about a failed request.
export function adviceFor(error: unknown, t: Messages): string {
  const advice = t.error.advice;
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : advice.other;
  const known: Record<number, string> = {
    0: advice.offline,
    400: advice.badRequest,
    401: advice.unauthorized,
    403: advice.forbidden,
    404: advice.notFound,
    409: advice.conflict,
    412: advice.precondition,
    413: advice.tooLarge,
    429: advice.tooMany,
    500: advice.defect,
    502: advice.offline,
    503: advice.unavailable,
    504: advice.offline,
  };
  const sentence = known[error.status] ?? advice.other;
  return error.retryAfter ? `${sentence} ${t.error.retryIn(error.retryAfter)}` : sentence;
}
