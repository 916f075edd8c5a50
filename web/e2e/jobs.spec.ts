import { address, expect, putJob, request, test } from './page';

test('search, filters and order are in the address', async ({ page }) => {
  await page.goto(`${address.page()}/jobs`);
  await page.getByRole('searchbox').fill('backup');
  await expect(page).toHaveURL(/search=backup/);
  await expect(page.getByRole('link', { name: 'nightly-backup-orders' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'heartbeat-api' })).toBeHidden();
  await page.getByRole('button', { name: /^Order/ }).click();
  await page.getByRole('menuitemradio', { name: 'Name A–Z' }).click();
  await expect(page).toHaveURL(/sort=name/);
  await page.reload();
  await expect(page.getByRole('searchbox')).toHaveValue('backup');
  await expect(page.getByRole('rowheader').or(page.locator('[data-job]')).first()).toHaveText(
    'backup-verification',
  );
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL(/\/ui\/jobs$/);
});

test('Enter leads from the search to the first job that it found', async ({ page }) => {
  await page.goto(`${address.page()}/jobs`);
  await page.getByRole('searchbox').fill('backup');
  await expect(page).toHaveURL(/search=backup/);
  const jobs = page.locator('[data-job]');
  await expect(jobs.filter({ hasNotText: 'backup' })).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(jobs.first()).toBeFocused();
  await page.keyboard.press('j');
  await expect(jobs.nth(1)).toBeFocused();
});

test('a row shows the schedule in words, the next run and the last runs', async ({ page }) => {
  await page.goto(`${address.page()}/jobs?search=nightly-backup-orders`);
  const nightly = page.getByRole('row', { name: /nightly-backup-orders/ });
  await expect(nightly).toContainText(/at 02:30/i);
  await expect(nightly).toContainText('30 2 * * *');
  await expect(nightly).toContainText(/in \d+ (h|min)/);
  await expect(nightly.getByRole('img', { name: '1 run, 0 failed or interrupted' })).toBeVisible();
  await page.goto(`${address.page()}/jobs?search=payment-reconciliation`);
  const failing = page.getByRole('row', { name: /payment-reconciliation/ });
  await expect(failing.getByRole('img', { name: /\d+ runs?, [1-9]\d* failed/ })).toBeVisible({
    timeout: 40_000,
  });
});

test('a search without a match says so', async ({ page }) => {
  await page.goto(`${address.page()}/jobs?search=no-such-thing`);
  await expect(page.getByText('No job matches')).toBeVisible();
});

test('a label of a row becomes a filter', async ({ page }) => {
  await page.goto(`${address.page()}/jobs?search=nightly-backup`);
  await page.getByRole('button', { name: 'team platform' }).first().click();
  await expect(page).toHaveURL(/label=team:platform/);
  await page.getByRole('button', { name: 'Remove the filter team:platform' }).click();
  await expect(page).not.toHaveURL(/label/);
});

test('a change by another client appears without reloading', async ({ page }) => {
  const id = await putJob('test-live');
  await page.goto(`${address.page()}/jobs?search=test-live`);
  const row = page.getByRole('row', { name: /test-live/ });
  await expect(row).toBeVisible();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await request('PUT', `/job/${id}/enable`, { enable: false });
  await expect(row.getByText('Disabled')).toBeVisible();
});

test('jobs are selected and labelled by keys', async ({ page }) => {
  await putJob('test-label-1');
  await putJob('test-label-2');
  await page.goto(`${address.page()}/jobs?search=test-label&sort=name`);
  await expect(page.getByRole('link', { name: 'test-label-2' })).toBeVisible();
  for (const key of ['j', 'x', 'j', 'x']) {
    await page.keyboard.press(key);
    await page.waitForTimeout(100);
  }
  await expect(page.getByRole('toolbar')).toContainText('2 selected');
  await page.getByRole('toolbar').getByRole('button', { name: 'Label' }).click();
  await page.getByLabel('Name', { exact: true }).fill('owner');
  await page.getByLabel('Value').fill('sre');
  await page.keyboard.press('Enter');
  await expect(page.getByText('2 jobs labelled')).toBeVisible();
  await expect(page.getByRole('button', { name: 'owner sre' })).toHaveCount(2);
});

test('a deletion can be undone, and happens otherwise', async ({ page }) => {
  await putJob('test-delete');
  await page.goto(`${address.page()}/jobs?search=test-delete`);
  const link = page.getByRole('link', { name: 'test-delete' });
  const remove = async () => {
    await page.getByRole('button', { name: 'Actions for test-delete' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await expect(link).toBeHidden();
  };
  await remove();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(link).toBeVisible();
  await remove();
  await page.getByRole('status').getByRole('button', { name: 'Close' }).click();
  await expect.poll(() => request('GET', '/job?name=test-delete')).toEqual([]);
});

test('a thousand jobs are disabled together', async ({ page }) => {
  test.setTimeout(180_000);
  const names = Array.from({ length: 1_000 }, (_, index) => `test-many-${String(index).padStart(4, '0')}`);
  for (let index = 0; index < names.length; index += 25)
    await Promise.all(names.slice(index, index + 25).map(name => putJob(name)));
  await page.goto(`${address.page()}/jobs?search=test-many&sort=name`);
  await page.getByRole('checkbox', { name: 'Select all that are loaded' }).click();
  await page.getByRole('button', { name: 'Select all that match' }).click();
  await expect(page.getByRole('toolbar')).toContainText('1,000 selected');
  await page.getByRole('toolbar').getByRole('button', { name: 'Disable' }).click();
  await expect(page.getByText('1,000 jobs disabled')).toBeVisible({ timeout: 60_000 });
  const left = (await request('GET', '/job?search=test-many&enabled=true&limit=5')) as unknown[];
  expect(left).toEqual([]);
});

test('the list holds only the rows on the screen, and reads on while it is scrolled', async ({ page }) => {
  await page.goto(`${address.page()}/jobs?search=test-many&sort=name`);
  await expect(page.getByRole('link', { name: 'test-many-0000' })).toBeVisible();
  for (let turn = 0; turn < 40; turn++) {
    await page.mouse.wheel(0, 4_000);
    await page.waitForTimeout(60);
  }
  await expect(page.getByRole('link', { name: 'test-many-0999' })).toBeVisible();
  expect(await page.getByRole('row').count()).toBeLessThan(60);
});

test.describe('failures', () => {
  test.use({ causesErrors: true });
  test('a server that fails is reported with advice, and tried again', async ({ page }) => {
    let broken = true;
    await page.route('**/v1/job?*', route =>
      broken
        ? route.fulfill({
            status: 500,
            json: { cause: 'Internal error', code: 500009001, message: 'A defect.', detail: null },
            headers: { 'X-Request-Id': 'r-1' },
          })
        : route.continue(),
    );
    await page.goto(`${address.page()}/jobs`);
    await expect(page.getByRole('alert')).toContainText('Its log has the details under the request id');
    await expect(page.getByRole('alert')).toContainText('r-1');
    broken = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.locator('[data-job]').first()).toBeVisible();
  });
});
