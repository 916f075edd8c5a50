import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from './server';
import { startEcron } from './setup';

const kWeb = fileURLToPath(new URL('..', import.meta.url));
export const binary = process.env.ECRON_BINARY ?? join(kWeb, '../build/dev/ecron');

/// Whether the binary has an option: tests of newer options are skipped with older binaries.
export function hasOption(name: string): boolean {
  return execFileSync(binary, ['serve', '--help'], { encoding: 'utf8' }).includes(name);
}

export type OwnServer = { page: string; api: string; folder: string; stop: () => Promise<void> };

function ended(child: ChildProcess): Promise<unknown> {
  return new Promise(resolve => {
    child.once('exit', resolve);
    child.kill();
  });
}

/// Starts an ecron with flags of a test, and the page in front of it. `tokens`: see serve().
export async function startOwn(flags: (folder: string) => string[], tokens = ''): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ecron-own-'));
  const ecron = await startEcron(folder, flags(folder));
  const { server, url }: { server: Server; url: string } = await serve(join(kWeb, 'dist'), ecron.url, tokens);
  return {
    page: `${url}/ui`,
    api: `${ecron.url}/api/ecron-management/v1`,
    folder,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await ended(ecron.process);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
