import { expect, test } from './page';
import { createStorage, type Server, startEcron, usesMysql } from './servers';

test.use({ causesErrors: true });

async function putJob(server: Server, name: string): Promise<void> {
  const body = JSON.stringify({
    job_type: 'real-time',
    enabled: true,
    job_context: { mode: 'http', exec: 'http://127.0.0.1:9/' },
  });
  const response = await fetch(`${server.api}/job/by-name/${name}`, { method: 'PUT', body });
  if (!response.ok) throw new Error(await response.text());
}

test('a server that is killed while the page is open is said, and the page recovers by itself', async ({
  page,
}) => {
  const server = await startEcron();
  try {
    await putJob(server, 'before-the-crash');
    await page.goto(`${server.page}/jobs`);
    await expect(page.getByRole('link', { name: 'before-the-crash' })).toBeVisible();
    await expect(page.getByText('Live', { exact: true })).toBeVisible();
    await server.stop('SIGKILL');
    await expect(page.getByText('Offline', { exact: true })).toBeVisible();
    await expect(page.getByRole('link', { name: 'before-the-crash' })).toBeVisible();
    await server.start();
    await putJob(server, 'after-the-crash');
    await expect(page.getByText('Live', { exact: true })).toBeVisible({ timeout: 40_000 });
    await expect(page.getByRole('link', { name: 'after-the-crash' })).toBeVisible();
  } finally {
    await server.remove();
  }
});

test('a leader that is killed is seen at another node, which takes over', async ({ page }) => {
  test.skip(!usesMysql, 'several nodes need a database server');
  test.setTimeout(120_000);
  const storage = createStorage('');
  const nodes: Server[] = [];
  try {
    for (const name of ['first', 'second'])
      nodes.push(await startEcron(() => ['--multi-node', '--node-id', name], storage));
    const [first, second] = nodes as [Server, Server];
    await page.goto(`${second.page}/operations`);
    await expect(page.getByText('2 alive')).toBeVisible({ timeout: 30_000 });
    await first.stop('SIGKILL');
    await expect(page.getByText('1 of 2 alive')).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText('Live', { exact: true })).toBeVisible();
    const leaders = page.getByRole('region', { name: 'Shards' });
    await expect(leaders.getByText('first')).toHaveCount(0, { timeout: 30_000 });
    await expect(leaders.getByText('second').first()).toBeVisible();
  } finally {
    for (const node of nodes) await node.remove();
    storage.remove();
  }
});

test('a page for which the server has no stream reads again at intervals, and says so', async ({ page }) => {
  const server = await startEcron();
  try {
    await page.route('**/v1/events', route => route.fulfill({ status: 429, json: {} }));
    await page.goto(`${server.page}/jobs`);
    await expect(page.getByText('Delayed', { exact: true })).toBeVisible();
    await putJob(server, 'created-meanwhile');
    await expect(page.getByRole('link', { name: 'created-meanwhile' })).toBeVisible({ timeout: 40_000 });
    await page.unroute('**/v1/events');
    await expect(page.getByText('Live', { exact: true })).toBeVisible({ timeout: 40_000 });
  } finally {
    await server.remove();
  }
});
