import { readFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';

/// Serves the built page below /ui/ with the policy that the binary sends, and passes /api/ on to a running ecron. For
/// tests of the page alone; the binary embeds the page and needs none of this.
export const kPolicy =
  "default-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

async function file(dist: string, path: string): Promise<{ body: Buffer; type: string } | null> {
  const name = normalize(path.replace(/^\/ui\/?/, '')) || 'index.html';
  const asset = name.startsWith('assets');
  try {
    const body = await readFile(join(dist, asset ? name : 'index.html'));
    return { body, type: types[asset ? extname(name) : '.html'] ?? 'application/octet-stream' };
  } catch {
    return null;
  }
}

/// `revive` passes requests on to another server from then on.
export type Served = { server: Server; url: string; revive: (target: string) => void };

/// `tokens`: origin of the authorization server's token endpoint, which the policy permits then.
export function serve(dist: string, target: string, tokens = ''): Promise<Served> {
  let behind = target;
  const policy = kPolicy.replace("connect-src 'self'", `connect-src 'self' ${tokens}`.trim());
  const server = createServer(async (incoming, outgoing) => {
    const path = new URL(incoming.url ?? '/', 'http://localhost').pathname;
    if (path.startsWith('/api/')) {
      const passed = request(
        `${behind}${incoming.url}`,
        { method: incoming.method, headers: incoming.headers },
        answer => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      passed.on('error', () => outgoing.writeHead(502).end());
      outgoing.on('close', () => passed.destroy());
      incoming.pipe(passed);
      return;
    }
    const found = await file(dist, path);
    if (!found) return void outgoing.writeHead(404).end();
    outgoing
      .writeHead(200, { 'Content-Type': found.type, 'Content-Security-Policy': policy })
      .end(found.body);
  });
  return new Promise(resolve =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      resolve({
        server,
        url: `http://127.0.0.1:${port}`,
        revive: url => {
          behind = url;
        },
      });
    }),
  );
}
