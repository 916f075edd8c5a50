import type { AuthSettings } from './settings';

/// Authorization code with PKCE (RFC 7636), without a client secret. The verifier stays in the session storage of the tab
/// between leaving for the authorization server and coming back.
const kStorage = 'ecron.oauth';
type OAuth = NonNullable<AuthSettings['oauth']>;
type Pending = { state: string; verifier: string; path: string };

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function random(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

export function redirectUri(): string {
  return `${window.location.origin}/ui/signed-in`;
}

/// Leaves the page for the authorization server.
export async function beginSignIn(oauth: OAuth): Promise<void> {
  const pending: Pending = { state: random(), verifier: random(), path: window.location.href };
  sessionStorage.setItem(kStorage, JSON.stringify(pending));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier));
  const url = new URL(oauth.authorization_endpoint);
  url.search = new URLSearchParams({
    ...Object.fromEntries(url.searchParams),
    response_type: 'code',
    client_id: oauth.client_id,
    redirect_uri: redirectUri(),
    scope: oauth.scope,
    state: pending.state,
    code_challenge: base64Url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  }).toString();
  window.location.assign(url);
}

/// Exchanges the code in the address for a token. Returns it with the address to return to; throws with the reason.
export async function finishSignIn(
  oauth: OAuth,
  query: URLSearchParams,
): Promise<{ token: string; path: string }> {
  const pending = JSON.parse(sessionStorage.getItem(kStorage) ?? 'null') as Pending | null;
  sessionStorage.removeItem(kStorage);
  const refused = query.get('error');
  if (refused) throw new Error(query.get('error_description') ?? refused);
  const code = query.get('code');
  if (!pending || !code || query.get('state') !== pending.state) throw new Error('state does not match');
  const response = await fetch(oauth.token_endpoint, {
    method: 'POST',
    headers: { Accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri(),
      client_id: oauth.client_id,
      code_verifier: pending.verifier,
    }),
  });
  const body = (await response.json()) as {
    access_token?: string;
    error?: string;
    error_description?: string;
  };
  if (!response.ok || !body.access_token)
    throw new Error(body.error_description ?? body.error ?? `HTTP ${response.status}`);
  return { token: body.access_token, path: pending.path };
}
