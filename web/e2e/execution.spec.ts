import { readFileSync } from 'node:fs';
import { ask, ended, executionPath, expect, history, start, test } from './history_page';

const seeded = (name: string) => history().executions[name] ?? '';

test('an execution shows its attempts, their responses and the time of each phase', async ({ page }) => {
  expect(await ended(seeded('address-import'))).toBe('success');
  await page.goto(executionPath(seeded('address-import')));
  const states = page.getByRole('list', { name: 'States of the execution' });
  await expect(states.getByText('Waited for the next attempt')).toHaveCount(2);
  await expect(page.getByRole('table', { name: 'Timing phases of the request' })).toContainText('Total');
  await expect(page.getByText('anna from 127.0.0.1')).toBeVisible();
  await expect(page.getByText('3 of at most 4')).toBeVisible();
  await expect(page.getByText('"status": "ok"')).toBeVisible();
  await page.getByRole('radiogroup', { name: 'Attempts' }).locator('label').first().click();
  await expect(page).toHaveURL(/attempt=1/);
  await expect(page.getByText('"error": "connection pool exhausted"')).toBeVisible();
});

test('a failed execution leads to where its job is mended, a good one does not', async ({ page }) => {
  expect(await ended(seeded('broken-export'))).toBe('abandon');
  await page.goto(executionPath(seeded('broken-export')));
  await page.getByRole('link', { name: 'Edit job' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Edit broken-export' })).toBeVisible();
  await page.goto(executionPath(seeded('address-import')));
  await expect(page.getByRole('button', { name: 'Run again' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Edit job' })).toHaveCount(0);
});

test('output is searched, wrapped and downloaded', async ({ page }) => {
  expect(await ended(seeded('order-report'))).toBe('success');
  await page.goto(executionPath(seeded('order-report')));
  const search = page.getByRole('textbox', { name: 'Search in the output' });
  await search.fill('no vat id');
  await expect(page.getByText('1 of 7')).toBeVisible();
  await search.press('Enter');
  await expect(page.getByText('2 of 7')).toBeVisible();
  await expect(page.locator('mark').first()).toHaveText(/no VAT id/);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const text = readFileSync(await (await download).path(), 'utf8');
  expect(text.split('\n').filter(line => line.includes('no VAT id'))).toHaveLength(7);
  expect(text).toContain('report: done');
});

test('output of a command appears while it runs, and the command is cancelled', async ({ page }) => {
  const id = await start('segment-copy');
  await page.goto(executionPath(id));
  const output = page.getByRole('log');
  await expect(output).toContainText('step 2 of 40');
  await expect(output).toContainText('step 5 of 40');
  await expect(page.getByRole('region', { name: 'Attempts' }).getByRole('status')).toHaveText('Live');
  await page.getByRole('button', { name: 'Cancel execution' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel execution' }).click();
  await expect(page.getByText('Interrupted').first()).toBeVisible();
  expect(await ended(id)).toBe('interrupt');
  await expect(page.getByText('Cancelled by', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel execution' })).toHaveCount(0);
  await expect(output).toContainText('step 5 of 40');
});

test('the live output continues where it was after the connection is lost', async ({ page }) => {
  const id = await start('segment-copy');
  let cut = 0;
  await page.route('**/output?follow=1', async route => {
    const resumed = route.request().headers()['last-event-id'];
    // The first answer contains three steps and ends as a broken connection does.
    if (cut++ > 0) return route.continue();
    expect(resumed).toBeUndefined();
    const event = (id: string, data: string) => `event: stdout\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
    const first = 'step 1 of 40: copying segment 1\n';
    const body = `event: attempt\nid: 1-0\ndata: 1\n\n${event(`1-${first.length}`, first)}`;
    await route.fulfill({ contentType: 'text/event-stream', body });
  });
  await page.goto(executionPath(id));
  const output = page.getByRole('log');
  await expect(output).toContainText('step 4 of 40');
  expect(cut).toBeGreaterThan(1);
  await expect(output.getByText('step 1 of 40: copying segment 1', { exact: true })).toHaveCount(1);
  await ask('POST', `/jobexecution/${id}/cancel`);
});

test('an execution is run again and compared with the one before', async ({ page }) => {
  await ended(seeded('broken-export'));
  await page.goto(executionPath(seeded('broken-export')));
  await page.getByRole('button', { name: 'Run again' }).click();
  await expect(page).not.toHaveURL(new RegExp(seeded('broken-export')));
  await expect(page.getByText('Failed').first()).toBeVisible();
  await page.getByRole('button', { name: 'Compare' }).click();
  await page.getByRole('menuitem', { name: 'With the previous execution' }).click();
  await expect(page.getByRole('heading', { name: 'Compared with the previous execution' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Previous execution' })).toBeVisible();
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.getByRole('menuitem', { name: 'With the last success' }).click();
  await expect(page.getByText('No earlier success is kept.')).toBeVisible();
});

test('the list is filtered in the address, loads older pages and opens a row', async ({ page }) => {
  await page.goto(`${history().page}/executions`);
  const rows = page.locator('tbody tr');
  await expect(rows).toHaveCount(100);
  await page.getByRole('button', { name: 'Older executions' }).click();
  await expect(rows).toHaveCount(200);
  await expect(page.getByText('Not updated while older pages are shown.')).toBeVisible();
  await page.getByRole('button', { name: 'Back to the newest' }).click();
  await expect(rows).toHaveCount(100);
  await page.getByRole('searchbox').fill('order-report');
  await page.getByRole('searchbox').press('Enter');
  await expect(page).toHaveURL(/name=order-report/);
  await expect(rows.filter({ hasText: 'nightly-invoices' })).toHaveCount(0);
  await rows.first().getByRole('link').last().click();
  await expect(page.getByRole('heading', { name: 'Execution of order-report' })).toBeVisible();
});

test('the failures of last night are two choices away', async ({ page }) => {
  await page.goto(`${history().page}/executions`);
  await page.getByRole('button', { name: 'Started' }).click();
  await page.getByRole('button', { name: 'Last 24 h' }).click();
  await expect(page).toHaveURL(/from=/);
  await page.getByRole('button', { name: 'State' }).click();
  await page.getByRole('menuitemradio', { name: 'Failed' }).click();
  await expect(page.getByRole('row', { name: /the target answered 503/ }).first()).toBeVisible();
  await expect(page.getByRole('row', { name: /Success/ })).toHaveCount(0);
});

test.describe('an execution that is gone', () => {
  test.use({ causesErrors: true });
  test('says so', async ({ page }) => {
    await page.goto(executionPath('00000000-0000-0000-0000-000000000000'));
    await expect(page.getByText('This execution does not exist')).toBeVisible();
  });
});
