import { createHash, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/// A small authorization server: authorization code with PKCE for one public client, signed tokens, and their keys.
export type OAuthServer = {
  url: string;
  /// What the next tokens contain.
  scope: string;
  lifetime: number;
  stop: () => void;
};

type Request = { redirect: string; state: string; challenge: string };

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const encode = (value: object | Buffer) =>
  (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))).toString('base64url');

function sign(claims: object): string {
  const head = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'one' })}.${encode(claims)}`;
  return `${head}.${encode(createSign('RSA-SHA256').update(head).sign(privateKey))}`;
}

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const part of request) text += part;
  return new URLSearchParams(text);
}

export function startOAuth(client: string): Promise<OAuthServer> {
  const codes = new Map<string, Request>();
  const state: OAuthServer = { url: '', scope: 'all', lifetime: 3_600, stop: () => server.close() };

  function authorize(query: URLSearchParams, response: ServerResponse): void {
    const redirect = query.get('redirect_uri') ?? '';
    const good =
      query.get('response_type') === 'code' &&
      query.get('client_id') === client &&
      query.get('code_challenge_method') === 'S256' &&
      redirect.endsWith('/ui/signed-in');
    if (!good) return void response.writeHead(400).end('bad request');
    const code = randomUUID();
    const given = query.get('state') ?? '';
    codes.set(code, { redirect, state: given, challenge: query.get('code_challenge') ?? '' });
    const back = (parameters: Record<string, string>) =>
      `${redirect}?${new URLSearchParams({ ...parameters, state: given })}`.replaceAll('&', '&amp;');
    response.writeHead(200, { 'Content-Type': 'text/html', 'Cross-Origin-Opener-Policy': 'same-origin' }).end(
      `<h1>Example Corp</h1><a href="${back({ code })}">Continue as Ann</a>
       <a href="${back({ error: 'access_denied', error_description: 'Ann said no' })}">Deny</a>`,
    );
  }

  async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const known = codes.get(body.get('code') ?? '');
    codes.delete(body.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    const headers = { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' };
    if (!known || known.challenge !== challenge || body.get('redirect_uri') !== known.redirect)
      return void response.writeHead(400, headers).end(JSON.stringify({ error: 'invalid_grant' }));
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: state.url, sub: 'ann', client_id: client, scope: state.scope, iat: now };
    response.writeHead(200, headers).end(
      JSON.stringify({
        access_token: sign({ ...claims, exp: now + state.lifetime }),
        token_type: 'bearer',
      }),
    );
  }

  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/authorize') return authorize(url.searchParams, response);
    if (url.pathname === '/token') return void token(request, response);
    if (url.pathname === '/jwks')
      return void response.end(
        JSON.stringify({
          keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }],
        }),
      );
    response.writeHead(404).end();
  });
  return new Promise(resolve =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      state.url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
      resolve(state);
    }),
  );
}
