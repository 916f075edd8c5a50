import { address, expect, putJob, request, test } from './page';

test('the overview names failing jobs with their error, and links to them', async ({ page }) => {
  await page.goto(`${address.page()}/`);
  const failing = page.getByRole('region', { name: 'Failing jobs' });
  await expect(failing.getByRole('link', { name: 'payment-reconciliation' })).toBeVisible({
    timeout: 40_000,
  });
  await expect(failing.getByText('the target answered 500').first()).toBeVisible();
  await page.getByRole('link', { name: /^\d+ failing$/ }).click();
  await expect(page).toHaveURL(/\/ui\/jobs\?state=abandon&enabled=true$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'payment-reconciliation' })).toBeVisible();
});

test('a job is created from the overview', async ({ page }) => {
  await page.goto(`${address.page()}/`);
  await page.getByRole('link', { name: 'New job' }).click();
  await expect(page).toHaveURL(/\/ui\/jobs\/new$/);
});

test('the timeline is operated by keys and opens the executions of a minute', async ({ page }) => {
  await page.goto(`${address.page()}/`);
  const strip = page.getByRole('slider');
  await strip.focus();
  await page.keyboard.press('ArrowRight');
  await expect(strip).toHaveAttribute('aria-valuetext', /\d\d:\d\d: \d+ Planned/);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/ui\/executions\?from=.*&to=.*/);
});

test('the first visit of an empty server teaches', async ({ page }) => {
  await page.goto(`${address.emptyPage()}/`);
  await expect(page.getByText('No jobs yet')).toBeVisible();
  await page.getByRole('link', { name: 'New job' }).click();
  await expect(page).toHaveURL(/\/ui\/jobs\/new$/);
});

test('a pause is shown while it lasts, and ended from the overview', async ({ page }) => {
  await page.goto(`${address.page()}/`);
  await expect(page.getByRole('region', { name: 'Next runs' })).toBeVisible();
  await request('POST', '/scheduling/pause', {});
  await expect(page.getByText('Planned executions are paused.')).toBeVisible();
  await expect(page.getByText('Those that are due during the pause do not start.')).toBeVisible();
  await page.getByRole('button', { name: 'Resume planned executions' }).click();
  await expect(page.getByText('Planned executions are paused.')).toBeHidden();
});

test('an execution appears live while it runs', async ({ page }) => {
  await page.goto(`${address.page()}/`);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  const id = await putJob('test-runs-long', {
    job_context: { mode: 'http', exec: `${await targetUrl()}/slow/15000/`, info: { method: 'GET' } },
  });
  await request('POST', '/jobexecution', { job_id: id });
  const running = page.getByRole('region', { name: 'Running now' });
  await expect(running.getByRole('link', { name: 'test-runs-long' })).toBeVisible();
});

/// The address of the target that the seeded jobs call.
async function targetUrl(): Promise<string> {
  const jobs = (await request('GET', '/job?name=heartbeat-api')) as { job_context: { exec: string } }[];
  return new URL(jobs[0]?.job_context.exec ?? '').origin;
}

test('a time shows its date and zone while the pointer is on it', async ({ page }) => {
  await page.goto(`${address.page()}/`);
  const time = page.getByRole('region', { name: 'Next runs' }).locator('time').first();
  await time.hover();
  await expect(page.getByRole('tooltip')).toHaveText(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
  await page.mouse.move(0, 0);
  await expect(page.getByRole('tooltip')).toHaveCount(0);
});
