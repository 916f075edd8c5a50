import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/// The binary under test, which serves its own page with its own headers.
export const binary =
  process.env.ECRON_BINARY ?? fileURLToPath(new URL('../../build/dev/ecron', import.meta.url));

/// A running ecron. `page` and `api` are the addresses of its page and of its API, without a slash at the end.
export type Server = {
  origin: string;
  page: string;
  api: string;
  folder: string;
  /// Ends the process; the database stays.
  stop: (signal?: NodeJS.Signals) => Promise<void>;
  /// Starts it again, on the same port and database.
  start: () => Promise<void>;
  /// Ends the process and removes its folder.
  remove: () => Promise<void>;
};

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function isReady(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/health/ready`)).ok;
  } catch {
    return false;
  }
}

/// Waits for an ecron to be ready to serve its page.
async function untilReady(child: ChildProcess, origin: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`${binary} ended with ${child.exitCode}`);
    if (await isReady(origin)) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  child.kill('SIGKILL');
  throw new Error(`${binary} did not become ready`);
}

async function requirePage(origin: string): Promise<void> {
  const { status } = await fetch(`${origin}/ui/`);
  if (status !== 200)
    throw new Error(
      `${binary} does not contain the page (GET /ui/ answered ${status}): build it with -DECRON_UI=ON`,
    );
}

/// Starts ecron in a folder of its own, with the flags that `flags` returns for that folder.
export async function startEcron(flags: (folder: string) => string[] = () => []): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'ecron-web-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const files = ['--db-path', join(folder, 'ecron.db'), '--run-dir', join(folder, 'run')];
  const parameters = ['serve', ...files, '--cron-port', String(port), '--lang', 'en_US', ...flags(folder)];
  let child: ChildProcess | null = null;
  async function start(): Promise<void> {
    child = spawn(binary, parameters, { cwd: folder, stdio: 'ignore' });
    await untilReady(child, origin);
  }
  function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null) return Promise.resolve();
    return new Promise(resolve => {
      running.once('exit', () => resolve());
      running.kill(signal);
    });
  }
  async function remove(): Promise<void> {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  }
  await start();
  await requirePage(origin);
  return {
    origin,
    page: `${origin}/ui`,
    api: `${origin}/api/ecron-management/v1`,
    folder,
    start,
    stop,
    remove,
  };
}

function runToken(folder: string, ...parameters: string[]): string {
  const all = ['token', ...parameters, '--token-file', join(folder, 'tokens')];
  return execFileSync(binary, all, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

/// Creates a static token in the folder of a server; its flags are `tokenFlags(folder)`.
export const createToken = (folder: string, name: string, ...more: string[]) =>
  runToken(folder, 'create', name, ...more);

export const revokeToken = (folder: string, name: string) => runToken(folder, 'revoke', name);

export const tokenFlags = (folder: string) => [
  '--auth-mode',
  'token',
  '--token-file',
  join(folder, 'tokens'),
];
