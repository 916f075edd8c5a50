import { createServer, type Server as Target } from 'node:http';
import { copyJob } from './many_jobs';
import { address, expect, openPalette, test } from './page';
import { type Server, startEcron } from './servers';

test.describe('a job from its creation to its repair', () => {
  let target: Target;
  let url = '';
  /// The path that the target serves; it says of every other one where it has moved to.
  let served = '/report';
  test.beforeAll(async () => {
    target = createServer((request, response) => {
      const known = request.url === served;
      response.writeHead(known ? 200 : 410).end(known ? 'done' : `moved to ${served}`);
    });
    await new Promise<void>(resolve => target.listen(0, '127.0.0.1', () => resolve()));
    url = `http://127.0.0.1:${(target.address() as { port: number }).port}`;
  });
  test.afterAll(() => {
    target.closeAllConnections();
    target.close();
  });

  test('is created, seen to run, breaks, is explained, and is mended', async ({ page }) => {
    const name = `daily-report-${Date.now().toString(36)}`;
    const field = (path: string) => page.locator(`[id="${path}"]`);
    const runs = (state: string) => page.getByRole('tabpanel').getByRole('row', { name: state });

    await page.goto(`${address.page()}/`);
    await expect(page.locator('#content h1')).toBeVisible();
    await page.keyboard.press('c');
    await field('job_name').fill(name);
    await field('job_context.exec').fill(`${url}/report`);
    await field('job_cron_time').fill('*/2 * * * * *');
    await field('job_context.retry.max_attempts').fill('1');
    await page.getByRole('button', { name: 'Create job' }).click();
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    await expect(runs('Success').first()).toBeVisible();

    served = '/v2/report';
    await expect(runs('the target answered 410').first()).toBeVisible();
    await page.getByRole('link', { name: 'Overview' }).click();
    const failing = page
      .getByRole('region', { name: 'Failing jobs' })
      .getByRole('listitem')
      .filter({ hasText: name });
    await expect(failing).toContainText(/failures? in a row/);
    await failing.getByRole('link', { name: 'the target answered 410' }).click();
    await expect(page.getByRole('heading', { level: 1, name: `Execution of ${name}` })).toBeVisible();
    await expect(page.getByRole('log')).toContainText('moved to /v2/report');

    await page.getByRole('region').first().getByRole('link', { name }).click();
    await page.getByRole('link', { name: 'Edit' }).click();
    await field('job_context.exec').fill(`${url}/v2/report`);
    await page.getByRole('button', { name: 'Save changes' }).click();
    await expect(page.getByText(`${name} is saved`)).toBeVisible();
    await expect(page.getByRole('tabpanel').getByRole('row').nth(1)).toContainText('Success');
    await page.getByRole('link', { name: 'Overview' }).click();
    await expect(page.getByRole('region', { name: 'Failing jobs' })).toBeVisible();
    await expect(failing).toHaveCount(0);

    await page.goto(`${address.page()}/jobs?search=${name}`);
    await page.getByRole('button', { name: `Actions for ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('status').getByRole('button', { name: 'Close' }).click();
  });
});

test.describe('a hundred thousand jobs', () => {
  test.setTimeout(120_000);
  let own: Server;
  const wanted = 'zonal-xylophone-tuning';
  test.beforeAll(async () => {
    own = await startEcron();
    const put = (name: string) =>
      fetch(`${own.api}/job/by-name/${name}`, {
        method: 'PUT',
        body: JSON.stringify({
          job_type: 'scheduled',
          job_cron_time: 'H H * * *',
          enabled: true,
          job_context: { mode: 'http', exec: 'http://127.0.0.1:9/', labels: { team: 'orders' } },
        }),
      });
    // The oldest one by its creation, so that a search meets it last.
    await put(wanted);
    await copyJob(own, 'order-', 99_999);
  });
  test.afterAll(() => own?.remove());

  test('are one that is found by three keys in the palette', async ({ page }) => {
    const requests: string[] = [];
    page.on('request', request => {
      if (/\/job\?.*(name_contains|search)=/.test(request.url())) requests.push(request.url());
    });
    await page.goto(`${own.page}/`);
    await expect(page.getByText('All 100,000 jobs are healthy.')).toBeVisible();
    await openPalette(page);
    await page.keyboard.type('xyl');
    await expect(page.getByRole('option', { name: wanted }).first()).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: wanted })).toBeVisible();
    // One among all names, which is not for a part of what was typed.
    expect(requests).toEqual([expect.stringContaining('name_contains=xyl&')]);
  });

  test('are found by their target in the palette if no name contains the text', async ({ page }) => {
    await page.goto(`${own.page}/`);
    await openPalette(page);
    await page.keyboard.type('127.0.0.1:9');
    await expect(page.getByRole('option', { name: /^order-/ })).toHaveCount(6);
  });

  test('are one that is found in the list, which stays as quick as with few', async ({ page }) => {
    await page.goto(`${own.page}/jobs`);
    await expect(page.locator('[data-job]').first()).toBeVisible();
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    await page.keyboard.press('/');
    await page.keyboard.type('xyl');
    await expect(page.getByRole('link', { name: wanted })).toBeVisible();
    await expect(page.locator('[data-job]')).toHaveCount(1);
    await expect(page.getByText('1 job', { exact: true })).toBeVisible();
  });
});

test('a job for each weekday at 7:30 in Shanghai is made without writing an expression', async ({ page }) => {
  await page.goto(`${address.page()}/jobs/new`);
  await page.locator('[id="job_name"]').fill(`shanghai-${Date.now().toString(36)}`);
  await page.locator('[id="job_context.exec"]').fill('http://127.0.0.1:9/');
  await page.getByRole('button', { name: 'Weekdays at 09:00' }).click();
  await page.getByLabel('At', { exact: true }).fill('07:30');
  const zone = page.locator('[id="job_context.timezone"]');
  await zone.fill('shanghai');
  await page.getByRole('option', { name: 'Asia/Shanghai' }).click();
  await expect(page.getByText('at 07:30 on weekdays (Asia/Shanghai)')).toBeVisible();
  await page.getByRole('button', { name: 'Create job' }).click();
  const facts = page.getByRole('region', { name: 'Schedule and target' });
  await expect(facts).toContainText('30 7 * * 1-5');
  await expect(facts).toContainText('Asia/Shanghai');
});
