import type { AuthSettings } from './settings';

/// Authorization code with PKCE (RFC 7636), without a client secret. The page either leaves for the authorization server and
/// comes back, or opens it in a window of its own, so that a view with unsaved input stays.
const kStorage = 'ecron.oauth';
const kChannel = 'ecron.oauth';
/// The state of a sign-in in a window begins with this: the window returns its address to the page that opened it.
const kWindow = 'window.';

export type OAuth = NonNullable<AuthSettings['oauth']>;
type Pending = { state: string; verifier: string; path: string };

/// Why a sign-in failed. `blocked`: the browser opened no window. `insecure`: the page is served over plain HTTP from
/// another machine, where browsers have no cryptography.
export type SignInProblem = 'state' | 'denied' | 'network' | 'blocked' | 'insecure' | 'cancelled';

export class SignInError extends Error {
  constructor(
    readonly problem: SignInProblem,
    detail = '',
  ) {
    super(detail);
  }
}

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

async function authorizationUrl(oauth: OAuth, { state, verifier }: Pending): Promise<string> {
  if (!crypto.subtle) throw new SignInError('insecure');
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const url = new URL(oauth.authorization_endpoint);
  url.search = new URLSearchParams({
    ...Object.fromEntries(url.searchParams),
    response_type: 'code',
    client_id: oauth.client_id,
    redirect_uri: redirectUri(),
    scope: oauth.scope,
    state,
    code_challenge: base64Url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  }).toString();
  return url.toString();
}

/// Leaves the page for the authorization server.
export async function beginSignIn(oauth: OAuth): Promise<void> {
  const { pathname, search, hash } = window.location;
  const pending = { state: random(), verifier: random(), path: `${pathname}${search}${hash}` };
  const url = await authorizationUrl(oauth, pending);
  sessionStorage.setItem(kStorage, JSON.stringify(pending));
  window.location.assign(url);
}

async function exchange(oauth: OAuth, pending: Pending | null, query: URLSearchParams): Promise<string> {
  const code = query.get('code');
  if (!pending || query.get('state') !== pending.state) throw new SignInError('state');
  if (!code) throw new SignInError('denied', query.get('error_description') ?? query.get('error') ?? '');
  let response: Response;
  try {
    response = await fetch(oauth.token_endpoint, {
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
  } catch {
    throw new SignInError('network', new URL(oauth.token_endpoint).origin);
  }
  const body = (await response.json().catch(() => ({}))) as Record<string, string | undefined>;
  if (!response.ok || !body.access_token)
    throw new SignInError('denied', body.error_description ?? body.error ?? `HTTP ${response.status}`);
  return body.access_token;
}

/// Exchanges the code with which the authorization server returned for a token, and names the address to return to.
export async function finishSignIn(
  oauth: OAuth,
  query: URLSearchParams,
): Promise<{ token: string; path: string }> {
  const pending = JSON.parse(sessionStorage.getItem(kStorage) ?? 'null') as Pending | null;
  sessionStorage.removeItem(kStorage);
  const token = await exchange(oauth, pending, query);
  return { token, path: pending?.path ?? '/ui/' };
}

/// Whether this page is the window of a sign-in; if so, returns the address to the page that waits, and closes.
export function returnToOpener(query: URLSearchParams): boolean {
  if (!query.get('state')?.startsWith(kWindow)) return false;
  const channel = new BroadcastChannel(kChannel);
  channel.postMessage(query.toString());
  channel.close();
  window.close();
  return true;
}

/// Signs in in a window of its own. Call it in the handler of a click: browsers open no window otherwise. The window may
/// lose the connection to its opener on the way, so the answer comes over a channel of the origin.
export function signInInWindow(oauth: OAuth, signal: AbortSignal): Promise<string> {
  const opened = window.open('', 'ecron-sign-in', 'popup,width=520,height=680');
  if (!opened) return Promise.reject(new SignInError('blocked'));
  const pending = { state: kWindow + random(), verifier: random(), path: '' };
  return new Promise((resolve, reject) => {
    const channel = new BroadcastChannel(kChannel);
    const stop = () => {
      channel.close();
      opened.close();
    };
    signal.addEventListener('abort', () => {
      stop();
      reject(new SignInError('cancelled'));
    });
    channel.onmessage = ({ data }: MessageEvent<string>) => {
      const query = new URLSearchParams(data);
      // Another tab of the page may wait for a sign-in of its own.
      if (query.get('state') !== pending.state) return;
      stop();
      exchange(oauth, pending, query).then(resolve, reject);
    };
    authorizationUrl(oauth, pending).then(
      url => {
        opened.location.href = url;
      },
      error => {
        stop();
        reject(error);
      },
    );
  });
}
