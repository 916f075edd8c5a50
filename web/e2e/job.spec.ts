import { execFileSync } from 'node:child_process';
import { ask, expect, history, jobPath, test } from './history_page';
import { binary } from './servers';

test('a job says what it is and when it runs next', async ({ page }) => {
  await page.goto(jobPath('nightly-invoices'));
  await expect(page.getByRole('heading', { level: 1, name: 'nightly-invoices' })).toBeVisible();
  const facts = page.getByRole('region', { name: 'Schedule and target' });
  await expect(facts.getByText('Every 15 minutes', { exact: false })).toBeVisible();
  await expect(facts).toContainText('Europe/Berlin');
  await expect(facts.getByRole('listitem')).toHaveCount(5);
  await expect(facts).toContainText('3 attempts');
});

test('the timeline is zoomed and moved by keys, and opens an execution', async ({ page }) => {
  await page.goto(jobPath('nightly-invoices'));
  const timeline = page.getByRole('slider');
  await timeline.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(timeline).toHaveAttribute('aria-valuetext', /Success|Failed/);
  await page.keyboard.press('+');
  await expect(page).toHaveURL(/from=\d+&to=\d+/);
  await page.keyboard.press('PageUp');
  await page.getByRole('button', { name: 'Back to now' }).click();
  await expect(page).not.toHaveURL(/from=/);
  await timeline.focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/executions\/.+/);
});

test('a click on an empty instant explains why nothing ran', async ({ page }) => {
  await page.goto(`${jobPath('fresh-job')}?window=1h`);
  const timeline = page.getByRole('slider');
  await expect(page.getByText('Nothing ran in this window.')).toBeVisible();
  const box = await timeline.boundingBox();
  if (!box) throw new Error('no timeline');
  await page.mouse.click(box.x + box.width * 0.3, box.y + 40);
  await expect(page).toHaveURL(/at=/);
  const answer = page.getByRole('region', { name: /^What happened at/ });
  await expect(answer).toContainText('The job was created later.');
  await answer.getByRole('button', { name: 'Close the explanation' }).click();
  await expect(page).not.toHaveURL(/at=/);
});

test('an instant is explained by typing it, and leads to the next occurrence', async ({ page }) => {
  await page.goto(jobPath('fresh-job'));
  await page.getByRole('button', { name: 'Explain an instant' }).click();
  await page.getByLabel('Instant').fill('2037-01-02T04:00:00');
  await page.getByRole('button', { name: 'Explain', exact: true }).click();
  const answer = page.getByRole('region', { name: 'What will happen at 2037-01-02 04:00:00?' });
  await expect(answer).toContainText('No occurrence');
  await answer.getByRole('button', { name: '2038-01-01 04:00:00' }).click();
  await expect(page.getByRole('region', { name: /2038-01-01 04:00:00/ })).toContainText('Still to come');
});

test('a job is disabled, enabled and run, and its run appears by itself', async ({ page }) => {
  await page.goto(jobPath('spare-job'));
  await page.getByRole('switch', { name: 'Enabled' }).click();
  await expect(page.getByText('None while the job is disabled.', { exact: false })).toBeVisible();
  const stored = () => ask<{ enabled: boolean }>('GET', `/job/${history().ids['spare-job']}`);
  expect((await stored()).enabled).toBe(false);
  await page.getByRole('switch', { name: 'Disabled' }).click();
  await expect(page.getByText('spare-job is enabled')).toBeVisible();
  expect((await stored()).enabled).toBe(true);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  const succeeded = page.getByRole('row', { name: /Success/ });
  await expect(page.getByText(/This job has not run yet|executions? shown/)).toBeVisible();
  const before = await succeeded.count();
  await page.getByRole('button', { name: 'Run now' }).click();
  await expect(succeeded).toHaveCount(before + 1);
  await expect(page.getByText(`${before + 1} of ${before + 1} execution`)).toBeVisible();
});

test('runs are filtered, changes show who and what, the definition is text', async ({ page }) => {
  await page.goto(jobPath('nightly-invoices'));
  await page.getByRole('button', { name: 'State' }).click();
  await page.getByRole('menuitemradio', { name: 'Failed' }).click();
  await expect(page).toHaveURL(/state=abandon/);
  await expect(page.getByRole('row', { name: /the target answered 503/ }).first()).toBeVisible();
  await expect(page.getByRole('row', { name: /Success/ })).toHaveCount(0);
  await page.getByRole('tab', { name: 'Changes' }).click();
  const first = page.getByRole('listitem').filter({ hasText: 'by anna' }).first();
  await expect(first).toContainText('job_context.overlap');
  await expect(first.getByRole('insertion').filter({ hasText: 'queue' })).toBeVisible();
  await page.getByRole('tab', { name: 'Definition' }).click();
  await expect(page.locator('pre').first()).toContainText('"job_name": "nightly-invoices"');
});

test('what is copied as YAML is the same job to ecron diff', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  for (const name of ['nightly-invoices', 'order-report', 'address-import']) {
    await page.goto(jobPath(name));
    await page.getByRole('button', { name: 'Further actions' }).click();
    await page.getByRole('menuitem', { name: 'Copy as YAML' }).click();
    await expect(page.getByText('Copied as YAML')).toBeVisible();
    const yaml = await page.evaluate(() => navigator.clipboard.readText());
    const server = new URL(history().api).origin;
    // The exit code is 1 if there are differences.
    execFileSync(binary, ['diff', '-f', '-', '--server', server], {
      input: yaml,
      env: { ECRON_TOKEN: history().token },
    });
  }
});

test('a deletion can be undone', async ({ page }) => {
  await page.goto(jobPath('spare-job'));
  await page.getByRole('button', { name: 'Further actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(page).toHaveURL(/\/jobs$/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('link', { name: 'spare-job' })).toBeVisible();
  await ask('GET', `/job/${history().ids['spare-job']}`);
});

test.describe('a job that is gone', () => {
  test.use({ causesErrors: true });
  test('says so, and leads to its executions', async ({ page }) => {
    await page.goto(`${history().page}/jobs/00000000-0000-0000-0000-000000000000`);
    await expect(page.getByText('This job does not exist')).toBeVisible();
    await page.getByRole('link', { name: 'Executions of this job' }).click();
    await expect(page).toHaveURL(/executions\?job=00000000/);
    await expect(page.getByText('No execution matches')).toBeVisible();
  });
});
