import { address, expect, putJob, request, test } from './page';

/// Twenty jobs at the same minute of every day, far from the other jobs of the seed.
async function pile(): Promise<void> {
  for (let index = 0; index < 20; index++)
    await putJob(`pile-${index}`, { job_type: 'scheduled', job_cron_time: '41 13 * * *' });
}

const tomorrow = () => {
  const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  return `${day}T13:30:00Z`;
};

test('the map shows the jobs behind a cell and where to spread them', async ({ page }) => {
  await pile();
  await page.goto(`${address.page()}/schedule?at=${tomorrow()}`);
  const grid = page.getByRole('grid', { name: 'Planned occurrences by day and time' });
  await expect(grid.getByRole('row')).toHaveCount(8);
  await expect(grid.locator('[aria-selected=true]')).toHaveAttribute('aria-label', /13:30–13:45: \d+ occ/);
  await expect(page.getByText('Where to spread')).toBeVisible();
  const suggested = page.getByRole('listitem').filter({ hasText: /13:41 → 13:\d\d/ });
  await expect(suggested).toHaveCount(6);
  await expect(suggested.first().getByRole('link', { name: /^pile-/ })).toBeVisible();

  // The suggestion is a change that only needs to be saved.
  const to = /13:41 → 13:(\d\d)/.exec((await suggested.first().textContent()) ?? '')?.[1];
  await suggested.first().getByRole('link', { name: 'Edit' }).click();
  const expression = page.locator('#job_cron_time');
  await expect(expression).toHaveValue(`${Number(to)} 13 * * *`);
  await expect(expression).toBeInViewport();
  await expect(expression).toBeFocused();
  await expect(page.getByText('Unsaved changes')).toBeVisible();
});

test('cells and minutes are chosen by the keyboard, and the address keeps the choice', async ({ page }) => {
  await pile();
  await page.goto(`${address.page()}/schedule?at=${tomorrow()}`);
  const chosen = page.getByRole('grid').locator('[aria-selected=true]');
  await expect(chosen).toHaveAttribute('tabindex', '0');
  await chosen.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect(chosen).toHaveAttribute('aria-label', /13:15–13:30/);
  await expect(page).toHaveURL(/at=.*T13:15:00Z/);
  await page.reload();
  await expect(chosen).toHaveAttribute('aria-label', /13:15–13:30/);

  const minutes = page.getByRole('listbox', { name: 'Occurrences per minute' });
  await minutes.locator('[tabindex="0"]').focus();
  await page.keyboard.press('End');
  for (let step = 59; step > 41; step--) await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('heading', { name: 'Jobs at 13:41' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'pile-7' }).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Jobs in this hour' })).toBeVisible();
});

test('the map follows a change of the jobs by itself', async ({ page }) => {
  const at = tomorrow().replace('13:30', '17:15');
  await page.goto(`${address.page()}/schedule?at=${at}`);
  await expect(page.getByRole('heading', { name: 'Jobs in this hour' })).toBeVisible();
  await putJob('appears-while-watching', { job_type: 'scheduled', job_cron_time: '17 17 * * *' });
  await expect(page.getByRole('link', { name: 'appears-while-watching' })).toBeVisible({ timeout: 20_000 });
});

test('the past shows executions by job, and leads to their list', async ({ page }) => {
  await request('PUT', '/jobstatus/x', [
    {
      execute_id: 'yesterday-1',
      job_id: await putJob('ran-yesterday'),
      job_name: 'ran-yesterday',
      job_type: 'scheduled',
      job_status: 'abandon',
      begin_at: tomorrow().replace(/^.{10}/, new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)),
      end_at: new Date(Date.now() - 60_000).toISOString().replace(/\.\d+/, ''),
    },
  ]);
  const from = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  await page.goto(`${address.page()}/schedule?view=past&at=${from}T13:30:00Z`);
  const grid = page.getByRole('grid', { name: 'Executions by day and time' });
  await expect(grid.locator('[aria-selected=true]')).toHaveAttribute(
    'aria-label',
    /13:30–13:45: 1 execution · 1 failed/,
  );
  await expect(page.getByRole('link', { name: 'ran-yesterday' })).toBeVisible();
  await page.getByText('Late', { exact: true }).click();
  await expect(page).toHaveURL(/count=late/);
  await page.getByText('Failed', { exact: true }).click();
  await expect(page).toHaveURL(/count=failed/);
  await page.goto(`${address.page()}/schedule?view=past&at=${from}T13:30:00Z`);
  await page.getByRole('link', { name: '1 failed' }).click();
  await expect(page).toHaveURL(/executions\?.*state=abandon/);
});

test('an empty server is told how the map fills', async ({ page }) => {
  await page.goto(`${address.emptyPage()}/schedule`);
  await expect(page.getByText('Nothing is planned for the next 7 days')).toBeVisible();
  await page.getByRole('tab', { name: 'Last 7 days' }).click();
  await expect(page.getByText('Nothing ran in the last 7 days')).toBeVisible();
  await page.getByRole('tab', { name: 'Missed' }).click();
  await expect(page.getByText('No occurrence was missed')).toBeVisible();
});

test('a narrow screen has days as columns', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`${address.page()}/schedule`);
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(24);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});
