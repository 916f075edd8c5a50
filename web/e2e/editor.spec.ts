import type { Page } from '@playwright/test';
import { address, expect, putJob, request, test } from './page';

/// The field of a member: fields of the editor have the path of their member as id.
const field = (page: Page, path: string) => page.locator(`[id="${path}"]`);
const document_ = (page: Page) => page.locator('#document');

async function openNew(page: Page): Promise<void> {
  await page.goto(`${address.page()}/jobs/new`);
  await expect(page.getByRole('heading', { level: 1, name: 'New job' })).toBeVisible();
}

async function jobNamed(name: string): Promise<Record<string, never> | undefined> {
  const jobs = (await request('GET', `/job?name=${encodeURIComponent(name)}`)) as Record<string, never>[];
  return jobs[0];
}

const unique = (name: string) => `${name}-${Date.now().toString(36)}`;

test('creates an HTTP job from a preset, with its words and next runs before saving', async ({ page }) => {
  const name = unique('http-job');
  await openNew(page);
  await field(page, 'job_name').fill(name);
  await field(page, 'job_context.exec').fill('http://127.0.0.1:9/report');
  await page.getByRole('button', { name: 'Weekdays at 09:00' }).click();
  await expect(page.getByText('at 09:00 on weekdays (Europe/Berlin)')).toBeVisible();
  await expect(page.getByText('每周一至周五 09:00')).toBeVisible();
  await expect(page.locator('table tbody tr')).not.toHaveCount(0);
  await expect(
    page.getByText('If ecron is down at 09:00, this job runs once when it is back.'),
  ).toBeVisible();
  await page.getByRole('button', { name: 'Create job' }).click();
  await expect(page).toHaveURL(/\/jobs\/[0-9a-f-]{36}$/);
  expect(await jobNamed(name)).toMatchObject({
    enabled: true,
    job_cron_time: '0 9 * * 1-5',
    job_context: { mode: 'http', timezone: 'Europe/Berlin' },
  });
});

test('creates a command with arguments and environment', async ({ page }) => {
  const name = unique('command-job');
  await openNew(page);
  await field(page, 'job_name').fill(name);
  await page.getByText('Command', { exact: true }).click();
  await field(page, 'job_context.exec').fill('/bin/echo "hello world"');
  await page.getByRole('button', { name: 'Add: Arguments' }).click();
  await page.keyboard.type('first');
  await page.keyboard.press('Tab');
  await page.keyboard.type('one');
  await page.getByRole('button', { name: 'Add: Environment' }).click();
  await page.keyboard.type('MODE');
  await page.keyboard.press('Tab');
  await page.keyboard.type('full');
  await page.getByText('On request', { exact: true }).click();
  await expect(page.getByText('This job runs on request only.')).toBeVisible();
  await page.getByRole('button', { name: 'Create job' }).click();
  await expect(page).toHaveURL(/\/jobs\/[0-9a-f-]{36}$/);
  expect(await jobNamed(name)).toMatchObject({
    job_type: 'real-time',
    job_context: {
      mode: 'exe',
      exec: '/bin/echo "hello world"',
      info: { params: { first: 'one' }, environment: { MODE: 'full' } },
    },
  });
  // The server's warning that commands are off stays until it is closed.
  await expect(page.getByText(/command_enabled/)).toBeVisible();
});

test('creates a Kubernetes Job, with the interval of the builder', async ({ page }) => {
  const name = unique('kubernetes-job');
  await openNew(page);
  await field(page, 'job_name').fill(name);
  await page.getByText('Kubernetes', { exact: true }).click();
  await field(page, 'job_context.info.kubernetes.image').fill('alpine:3.20');
  await field(page, 'job_context.info.kubernetes.command').fill('sh\n-c\ndate');
  await page.getByLabel('Repeat').selectOption('interval');
  await page.getByLabel('Interval').fill('2h30m');
  await page.getByLabel('Interval').blur();
  await expect(field(page, 'job_cron_time')).toHaveValue('@every 2h30m');
  await page.getByRole('button', { name: 'Create job' }).click();
  await expect(page).toHaveURL(/\/jobs\/[0-9a-f-]{36}$/);
  expect(await jobNamed(name)).toMatchObject({
    job_cron_time: '@every 2h30m',
    job_context: { info: { kubernetes: { image: 'alpine:3.20', command: ['sh', '-c', 'date'] } } },
  });
});

test('form and document change each other, and an error of the document loses nothing', async ({ page }) => {
  await openNew(page);
  await field(page, 'job_name').fill('from-the-form');
  await expect(document_(page)).toHaveValue(/job_name: from-the-form/);
  const text = await document_(page).inputValue();
  await document_(page).fill(`${text.replace('from-the-form', 'from-the-document')}  timeout: 5s\n`);
  await expect(field(page, 'job_name')).toHaveValue('from-the-document');
  await expect(field(page, 'job_context.timeout')).toHaveValue('5s');
  await document_(page).fill('job_name: [\n');
  await expect(page.getByText(/^Line \d+: /)).toBeVisible();
  await expect(field(page, 'job_name')).toHaveValue('from-the-document');
  await page.getByText('JSON', { exact: true }).click();
  await expect(document_(page)).toHaveValue(/"timeout": "5s"/);
  await document_(page).fill('{"job_name": "json", "job_context": {"retri": 1}}');
  await expect(page.getByText(/does not know job_context.retri/)).toBeVisible();
});

test.describe('with errors of the server', () => {
  test.use({ causesErrors: true });

  test('explains an expression that cannot be read, and mends it with one press', async ({ page }) => {
    await openNew(page);
    await field(page, 'job_cron_time').fill('0 25 * * *');
    await expect(page.getByText('hour 25 is above 23 (at position 2)')).toBeVisible();
    await field(page, 'job_cron_time').fill('0 10 * * ? 2027');
    await page.getByRole('button', { name: /0 0 10 \* \* \? 2027/ }).click();
    await expect(field(page, 'job_cron_time')).toHaveValue('0 0 10 * * ? 2027');
    await expect(page.getByText(/at 10:00 every day/i).first()).toBeVisible();
    await field(page, 'job_context.timezone').fill('CST');
    await page.getByRole('button', { name: 'Asia/Shanghai' }).click();
    await expect(field(page, 'job_context.timezone')).toHaveValue('Asia/Shanghai');
  });

  test('shows what the server refuses at its field, and focuses it', async ({ page }) => {
    await putJob('taken-name');
    await openNew(page);
    await field(page, 'job_name').fill('taken-name');
    await field(page, 'job_context.exec').fill('http://127.0.0.1:9/');
    await page.getByRole('button', { name: 'Every hour' }).click();
    await page.getByRole('button', { name: 'Add: Headers' }).click();
    await page.keyboard.type('X-Ecron-Mine');
    await page.keyboard.press('Control+s');
    const summary = page.getByRole('alert').filter({ hasText: 'attention' });
    await summary.getByRole('button', { name: 'Headers', exact: true }).click();
    await expect(field(page, 'job_context.info.headers')).toBeFocused();
    await page.getByRole('button', { name: 'Remove X-Ecron-Mine' }).click();
    await page.keyboard.press('Control+s');
    await expect(summary).toContainText('Another job already has this name');
    await field(page, 'job_name').fill(unique('free-name'));
    await expect(summary).toHaveCount(0);
  });

  test('shows the difference to a version saved meanwhile, and merges both', async ({ page }) => {
    const id = await putJob('edited-twice', {
      job_type: 'scheduled',
      job_cron_time: '0 3 * * *',
      job_context: { mode: 'http', exec: 'http://127.0.0.1:9/a', timeout: '30s' },
    });
    await page.goto(`${address.page()}/jobs/${id}/edit`);
    await field(page, 'job_context.timeout').fill('45s');
    await field(page, 'remarks').fill('mine');
    await request('PATCH', `/job/${id}`, {
      job_context: { timeout: '90s', exec: 'http://127.0.0.1:9/b' },
    });
    await page.keyboard.press('Control+s');
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByText('Both changed this')).toBeVisible();
    await dialog.getByText('Keep theirs').click();
    await dialog.getByRole('button', { name: 'Apply my changes to theirs' }).click();
    await expect(field(page, 'job_context.exec')).toHaveValue('http://127.0.0.1:9/b');
    await expect(field(page, 'job_context.timeout')).toHaveValue('1m30s');
    await page.keyboard.press('Control+s');
    await expect(page).toHaveURL(new RegExp(`/jobs/${id}$`));
    expect(await request('GET', `/job/${id}`)).toMatchObject({
      remarks: 'mine',
      job_context: { exec: 'http://127.0.0.1:9/b', timeout: '1m30s' },
    });
  });

  test('keeps what was typed when the job is deleted meanwhile', async ({ page }) => {
    const name = unique('deleted-while-edited');
    const id = await putJob(name);
    await page.goto(`${address.page()}/jobs/${id}/edit`);
    await field(page, 'remarks').fill('typed');
    await request('DELETE', `/job/${id}`);
    await expect(page.getByText(/Somebody deleted this job/)).toBeVisible();
    await expect(field(page, 'remarks')).toHaveValue('typed');
    await page.getByRole('button', { name: 'Create it anew' }).click();
    await expect(page).toHaveURL(/\/jobs\/[0-9a-f-]{36}$/);
    expect(await jobNamed(name)).toMatchObject({ remarks: 'typed' });
  });
});

test('tells before saving that somebody else changed the job', async ({ page }) => {
  const id = await putJob('changed-while-open');
  await page.goto(`${address.page()}/jobs/${id}/edit`);
  await expect(field(page, 'job_name')).toHaveValue('changed-while-open');
  await request('PATCH', `/job/${id}`, { remarks: 'theirs' });
  await page.getByRole('button', { name: 'Show the difference' }).click();
  await page.getByRole('button', { name: 'Discard mine, load theirs' }).click();
  await expect(field(page, 'remarks')).toHaveValue('theirs');
});

test('asks before unsaved changes are lost, and not after saving', async ({ page }) => {
  const id = await putJob('asks-before-leaving');
  await page.goto(`${address.page()}/jobs/${id}/edit`);
  await field(page, 'remarks').fill('draft');
  await page.getByRole('link', { name: 'Overview' }).first().click();
  await page.getByRole('button', { name: 'Stay' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(field(page, 'remarks')).toHaveValue('draft');
  await page.keyboard.press('Control+s');
  await expect(page).toHaveURL(new RegExp(`/jobs/${id}$`));
  await page.goto(`${address.page()}/jobs/${id}/edit`);
  await field(page, 'remarks').fill('draft again');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Leave and lose changes' }).click();
  await expect(page).not.toHaveURL(/edit$/);
});

test('runs the draft once without storing it', async ({ page }) => {
  const target = ((await jobNamed('payment-reconciliation')) as unknown as { job_context: { exec: string } })
    .job_context.exec;
  const name = unique('tested');
  await openNew(page);
  await field(page, 'job_name').fill(name);
  await field(page, 'job_context.exec').fill(target);
  await page.getByRole('button', { name: 'Test run' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('Failed')).toBeVisible();
  await expect(dialog.getByText(/upstream timed out/)).toBeVisible();
  expect(await jobNamed(name)).toBeUndefined();
});

test('copies a job, disabled and under another name', async ({ page }) => {
  const id = await putJob('original', { remarks: 'kept' });
  await page.goto(`${address.page()}/jobs/new?from=${id}`);
  await expect(field(page, 'job_name')).toHaveValue('original-copy');
  await expect(field(page, 'enabled')).not.toBeChecked();
  await expect(field(page, 'remarks')).toHaveValue('kept');
});

test('names clock changes, and shows how busy the time of the next run is', async ({ page }) => {
  await openNew(page);
  await field(page, 'job_context.timezone').fill('Europe/Berlin');
  await field(page, 'job_cron_time').fill('30 2 * * *');
  await expect(page.getByText(/clocks go forward from 02:00 to 03:00/)).toBeVisible();
  await expect(page.getByText(/clocks go back from 03:00 to 02:00/)).toBeVisible();
  await field(page, 'job_context.dst.gap').selectOption('skip');
  await expect(page.getByText(/does not take place/)).toBeVisible();
  await field(page, 'job_cron_time').fill('*/15 * * * *');
  await expect(page.getByRole('img', { name: /Runs of other jobs/ })).toHaveCount(0);
  await field(page, 'job_cron_time').fill('0 3 * * *');
  await expect(page.getByRole('img', { name: /Runs of other jobs/ })).toBeVisible();
});

test('is written by keyboard alone', async ({ page }) => {
  const name = unique('keyboard');
  await page.goto(`${address.page()}/jobs`);
  await expect(page.locator('#content h1')).toBeVisible();
  await page.keyboard.press('c');
  await expect(field(page, 'job_name')).toBeFocused();
  await page.keyboard.type(name);
  // Switch, kind, method, URL.
  for (let step = 0; step < 4; step++) await page.keyboard.press('Tab');
  await page.keyboard.type('http://127.0.0.1:9/');
  await field(page, 'job_cron_time').focus();
  await page.keyboard.type('@daily');
  await page.keyboard.press('Control+s');
  await expect(page).toHaveURL(/\/jobs\/[0-9a-f-]{36}$/);
  expect(await jobNamed(name)).toMatchObject({ job_cron_time: '@daily' });
});

test('an error that appears below a field does not make the next press miss', async ({ page }) => {
  await openNew(page);
  await field(page, 'job_context.exec').fill('no url');
  // The error moves the button down between press and release.
  await page.getByRole('button', { name: 'Add: Headers' }).click({ delay: 200 });
  await expect(page.getByText(/Write a URL that begins with/)).toBeVisible();
  await expect(page.getByLabel('Headers: name 1')).toBeVisible();
});

test('a test run says why a command cannot run here', async ({ page }) => {
  await openNew(page);
  await page.getByText('Command', { exact: true }).click();
  await field(page, 'job_context.exec').fill('echo first; sleep 30');
  await page.getByRole('button', { name: 'Use a shell' }).click();
  await expect(field(page, 'job_context.info.shell')).toBeChecked();
  await page.getByRole('button', { name: 'Test run' }).click();
  // Commands are off on this server: the test says so.
  await expect(
    page
      .getByRole('dialog')
      .getByText(/command/)
      .last(),
  ).toBeVisible();
  await expect(page.getByRole('dialog').getByText('Failed')).toBeVisible();
});
