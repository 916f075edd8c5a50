import { useQuery } from '@tanstack/react-query';
import { api, call, type Schemas } from '../api/client';
import { keys } from '../api/keys';

/// How one signs in, from `GET /auth`, which needs no token.
export type AuthSettings = Schemas['SignIn'];

const kAgain = 3_000;

/// Until the server has answered, it is asked every few seconds: the page opens by itself when the server is back.
export function useAuthSettings() {
  return useQuery({
    queryKey: keys.auth,
    queryFn: ({ signal }) => call(api.GET('/auth', { signal })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchInterval: query => (query.state.data ? false : kAgain),
  });
}
