import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/client';

/// What a second attempt may mend: no response, too many requests, a database that is away.
function mayPass(error: unknown): boolean {
  return error instanceof ApiError && [0, 429, 502, 503, 504].includes(error.status);
}

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        gcTime: 300_000,
        // The page has its own offline state; a paused query would stay a skeleton for ever.
        networkMode: 'always',
        retry: (count, error) => mayPass(error) && count < 3,
        retryDelay: (count, error) =>
          error instanceof ApiError && error.retryAfter
            ? error.retryAfter * 1_000
            : Math.min(8_000, 500 * 2 ** count),
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
