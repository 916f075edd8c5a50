// Starts ecron for the scripts that look at the page, and names the addresses of its views.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pathsOf } from '../e2e/paths.mjs';

const binary = process.env.ECRON_BINARY ?? fileURLToPath(new URL('../../build/dev/ecron', import.meta.url));
const kPrefix = '/api/ecron-management/v1';

const sleep = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

function freePort() {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts an ecron in a folder of its own; returns its address and a function that ends it. */
export async function start(flags) {
  const folder = mkdtempSync(join(tmpdir(), 'ecron-page-'));
  const origin = `http://127.0.0.1:${await freePort()}`;
  const parameters = ['serve', '--cron-port', new URL(origin).port, '--lang', 'en_US', ...flags(folder)];
  const child = spawn(binary, parameters, { cwd: folder, stdio: 'ignore' });
  const ended = new Promise(resolve => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 300 && child.exitCode === null; tries++) {
    const ready = await fetch(`${origin}/health/ready`).catch(() => null);
    if (ready?.ok) return { origin, stop };
    await sleep(100);
  }
  await stop();
  throw new Error(`${binary} did not become ready`);
}

async function read(origin, path) {
  return (await fetch(`${origin}${kPrefix}${path}`)).json();
}

/** The addresses of the views on the demo: its newest failure, and the job of it. */
export async function paths(origin) {
  const [failed] = await read(origin, '/jobexecution?state=abandon&limit=1');
  const [backup] = await read(origin, '/job?name=Back%20up%20database%20analytics');
  const [retried] = (await read(origin, '/jobexecution?state=success&limit=1000')).filter(
    ({ execute_times }) => execute_times > 1,
  );
  return pathsOf({
    failed: failed.execute_id,
    job: failed.job_id,
    retried: retried.execute_id,
    explained: backup.job_id,
    at: new Date(Date.now() - 6 * 3_600_000).toISOString().replace(/:\d\d\.\d+/, ':30'),
  });
}
