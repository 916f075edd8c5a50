import { useQuery } from '@tanstack/react-query';
import { kPrefix } from '../api/client';
import { keys } from '../api/keys';

/// How one signs in, from `GET /auth`, which needs no token. A server without that route has no sign-in.
export type AuthSettings = {
  mode: 'none' | 'token' | 'hydra' | 'jwt';
  oauth: { client_id: string; authorization_endpoint: string; token_endpoint: string; scope: string } | null;
};

export async function readAuthSettings(): Promise<AuthSettings> {
  const response = await fetch(`${kPrefix}/auth`);
  if (response.status === 404) return { mode: 'none', oauth: null };
  if (!response.ok) throw new Error(`auth: HTTP ${response.status}`);
  return (await response.json()) as AuthSettings;
}

export function useAuthSettings() {
  return useQuery({
    queryKey: keys.auth,
    queryFn: readAuthSettings,
    staleTime: Number.POSITIVE_INFINITY,
    retry: 5,
  });
}
