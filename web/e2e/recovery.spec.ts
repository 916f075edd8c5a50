import { expect, test } from './page';
import { type Server, startEcron } from './servers';

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
