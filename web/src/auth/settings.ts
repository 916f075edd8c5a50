import { useQuery } from '@tanstack/react-query';
import { ApiError, kPrefix } from '../api/client';
import { keys } from '../api/keys';

/// How one signs in, from `GET /auth`, which needs no token. A server without that route has no sign-in.
export type AuthSettings = {
  mode: 'none' | 'token' | 'hydra' | 'jwt';
  oauth: { client_id: string; authorization_endpoint: string; token_endpoint: string; scope: string } | null;
};

const kAgain = 3_000;

export async function readAuthSettings(): Promise<AuthSettings> {
  let response: Response;
  try {
    response = await fetch(`${kPrefix}/auth`);
  } catch (failure) {
    throw new ApiError(0, String(failure));
  }
  if (response.status === 404) return { mode: 'none', oauth: null };
  if (!response.ok) throw new ApiError(response.status, response.statusText);
  return (await response.json()) as AuthSettings;
}

/// Until the server has answered, it is asked every few seconds: the page opens by itself when the server is back.
export function useAuthSettings() {
  return useQuery({
    queryKey: keys.auth,
    queryFn: readAuthSettings,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchInterval: query => (query.state.data ? false : kAgain),
  });
}
