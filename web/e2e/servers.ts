import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/// The binary under test, which serves its own page with its own headers.
export const binary =
  process.env.ECRON_BINARY ?? fileURLToPath(new URL('../../build/dev/ecron', import.meta.url));

/// Where a server stores its jobs: how it is told, and what removes it.
export type Storage = {
  flags: string[];
  environment: NodeJS.ProcessEnv;
  /// Of the database on a server; empty for a file.
  database: string;
  remove: () => void;
};

/// The server of scripts/with-database, if the tests run on one.
export const usesMysql = process.env.ECRON_TEST_STORE === 'mysql';

export function runSql(statement: string): void {
  const {
    ECRON_TEST_MYSQL_HOST: host,
    ECRON_TEST_MYSQL_PORT: port,
    ECRON_TEST_MYSQL_USER: user,
  } = process.env;
  const parameters = [
    `--host=${host}`,
    `--port=${port}`,
    `--user=${user}`,
    '--protocol=tcp',
    '-e',
    statement,
  ];
  execFileSync('mariadb', parameters, {
    env: { ...process.env, MYSQL_PWD: process.env.ECRON_TEST_MYSQL_PASSWORD },
  });
}

/// A new database on that server, or a file in the folder.
export function createStorage(folder: string): Storage {
  if (!usesMysql)
    return {
      flags: ['--db-path', join(folder, 'ecron.db')],
      environment: {},
      database: '',
      remove: () => {},
    };
  const name = `ecron_web_${randomBytes(6).toString('hex')}`;
  runSql(`create database ${name} character set utf8mb4 collate utf8mb4_bin`);
  const { ECRON_TEST_MYSQL_HOST: host = '', ECRON_TEST_MYSQL_PORT: port = '' } = process.env;
  const { ECRON_TEST_MYSQL_USER: user = '', ECRON_TEST_MYSQL_PASSWORD: password = '' } = process.env;
  return {
    flags: [
      '--db-driver',
      'mysql',
      '--db-addr',
      host,
      '--db-port',
      port,
      '--db-name',
      name,
      '--user-name',
      user,
    ],
    environment: { ECRON_USER_PWD: password },
    database: name,
    remove: () => runSql(`drop database ${name}`),
  };
}

/// A running ecron. `page` and `api` are the addresses of its page and of its API, without a slash at the end.
export type Server = {
  origin: string;
  page: string;
  api: string;
  folder: string;
  /// As of Storage.
  database: string;
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
async function untilReady(child: ChildProcess, origin: string, log: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`${binary} ended: ${readFileSync(log, 'utf8')}`);
    if (await isReady(origin)) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  child.kill('SIGKILL');
  throw new Error(`${binary} did not become ready: ${readFileSync(log, 'utf8')}`);
}

async function requirePage(origin: string): Promise<void> {
  const { status } = await fetch(`${origin}/ui/`);
  if (status !== 200)
    throw new Error(
      `${binary} does not contain the page (GET /ui/ answered ${status}): build it with -DECRON_UI=ON`,
    );
}

/// Starts ecron in a folder of its own, with the flags that `flags` returns for that folder. Several nodes can use one
/// storage, which its creator removes then.
export async function startEcron(
  flags: (folder: string) => string[] = () => [],
  shared?: Storage,
): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'ecron-web-'));
  const storage = shared ?? createStorage(folder);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const files = [...storage.flags, '--run-dir', join(folder, 'run')];
  const parameters = ['serve', ...files, '--cron-port', String(port), '--lang', 'en_US', ...flags(folder)];
  const log = join(folder, 'log');
  let child: ChildProcess | null = null;
  async function start(): Promise<void> {
    child = spawn(binary, parameters, {
      cwd: folder,
      env: { ...process.env, ...storage.environment },
      stdio: ['ignore', 'ignore', openSync(log, 'a')],
    });
    await untilReady(child, origin, log);
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
    if (!shared) storage.remove();
    rmSync(folder, { recursive: true, force: true });
  }
  await start();
  await requirePage(origin);
  return {
    origin,
    page: `${origin}/ui`,
    api: `${origin}/api/ecron-management/v1`,
    folder,
    database: storage.database,
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
