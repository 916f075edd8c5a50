import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seedHistory, startHistoryTarget } from './history.mjs';
import { seed, startTarget } from './seed.mjs';
import { serve } from './server';

const kWeb = fileURLToPath(new URL('..', import.meta.url));

export function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/// Starts ecron with a database of its own; returns its URL when it is ready.
export async function startEcron(
  folder: string,
  more: string[] = [],
): Promise<{ url: string; process: ChildProcess }> {
  const port = await freePort();
  const binary = process.env.ECRON_BINARY ?? join(kWeb, '../build/dev/ecron');
  const flags = ['--db-path', join(folder, 'ecron.db'), '--run-dir', join(folder, 'run')];
  const child = spawn(binary, ['serve', ...flags, '--cron-port', String(port), '--lang', 'en_US', ...more], {
    cwd: folder,
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200; tries++) {
    const ready = await fetch(`${url}/health/ready`).then(
      response => response.ok,
      () => false,
    );
    if (ready) return { url, process: child };
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  child.kill();
  throw new Error(`${binary} did not become ready`);
}

/// A server that requires tokens, runs commands and has three days of executions. Tests read its address, token and the
/// ids of its jobs and executions from ECRON_HISTORY.
async function startHistory(folder: string) {
  const binary = process.env.ECRON_BINARY ?? join(kWeb, '../build/dev/ecron');
  const auth = ['--auth-mode', 'token', '--token-file', join(folder, 'tokens')];
  const create = ['token', 'create', 'anna', '--tenant', 'shop', '--scope', 'all ecron.command', ...auth];
  const token = execFileSync(binary, create, { stdio: ['ignore', 'pipe', 'ignore'] })
    .toString()
    .trim();
  const ecron = await startEcron(folder, [...auth, '--command-enabled', '--command-as-self']);
  const target = await startHistoryTarget();
  const seeded = await seedHistory(ecron.url, target.url, token);
  const page = await serve(join(kWeb, 'dist'), ecron.url);
  const api = `${ecron.url}/api/ecron-management/v1`;
  process.env.ECRON_HISTORY = JSON.stringify({ page: `${page.url}/ui`, api, token, ...seeded });
  return { ecron, target, page };
}

/// One server with about 60 jobs and one without any, each with the page in front of it. Tests read their addresses
/// from ECRON_PAGE, ECRON_API and ECRON_EMPTY_PAGE.
export default async function setup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'ecron-web-'));
  const folders = ['full', 'empty', 'history'].map(name => mkdtempSync(join(folder, name)));
  const full = await startEcron(folders[0] as string);
  const empty = await startEcron(folders[1] as string);
  const target = await startTarget();
  await seed(full.url, target.url);
  const history = await startHistory(folders[2] as string);
  const page = await serve(join(kWeb, 'dist'), full.url);
  const emptyPage = await serve(join(kWeb, 'dist'), empty.url);
  process.env.ECRON_API = `${full.url}/api/ecron-management/v1`;
  process.env.ECRON_PAGE = `${page.url}/ui`;
  process.env.ECRON_EMPTY_PAGE = `${emptyPage.url}/ui`;
  return async () => {
    for (const { server } of [page, emptyPage, history.page]) {
      server.closeAllConnections();
      server.close();
    }
    target.stop();
    history.target.stop();
    await Promise.all(
      [full, empty, history.ecron].map(
        ({ process: child }) =>
          new Promise(resolve => {
            child.once('exit', resolve);
            child.kill();
          }),
      ),
    );
    rmSync(folder, { recursive: true, force: true });
  };
}
