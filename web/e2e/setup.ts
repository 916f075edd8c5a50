import { seedHistory, startHistoryTarget } from './history.mjs';
import { seed, startTarget } from './seed.mjs';
import { createToken, startEcron, tokenFlags } from './servers';

/// A server that requires tokens, runs commands and has three days of executions. Tests read its address, token and the
/// ids of its jobs and executions from ECRON_HISTORY.
async function startHistory() {
  let token = '';
  const ecron = await startEcron(folder => {
    token = createToken(folder, 'anna', '--tenant', 'shop', '--scope', 'all ecron.command');
    return [...tokenFlags(folder), '--command-enabled', '--command-as-self'];
  });
  const target = await startHistoryTarget();
  const seeded = await seedHistory(ecron.origin, target.url, token);
  process.env.ECRON_HISTORY = JSON.stringify({ page: ecron.page, api: ecron.api, token, ...seeded });
  return { ecron, target };
}

/// One server with about 60 jobs, one without any, and one with a history. Tests read their addresses from ECRON_PAGE,
/// ECRON_API, ECRON_EMPTY_PAGE and ECRON_HISTORY.
export default async function setup(): Promise<() => Promise<void>> {
  const full = await startEcron();
  const empty = await startEcron();
  const target = await startTarget();
  await seed(full.origin, target.url);
  const history = await startHistory();
  process.env.ECRON_API = full.api;
  process.env.ECRON_PAGE = full.page;
  process.env.ECRON_EMPTY_PAGE = empty.page;
  return async () => {
    target.stop();
    history.target.stop();
    await Promise.all([full, empty, history.ecron].map(server => server.remove()));
  };
}
