import { address, expect, test } from './page';

// What the list shows of next and last runs, with answers as docs/api.md describes `GET /job?with=`.

test('schedule in words, next run and the last 20 runs are shown', async ({ page }) => {
  await page.route(/\/v1\/job\?.*with=/, async route => {
    const jobs = (await (await route.fetch()).json()) as object[];
    const runs = Array.from({ length: 20 }, (_, index) => ({
      execute_id: `e${index}`,
      job_status: index % 7 === 3 ? 'abandon' : 'success',
      begin_at: new Date(Date.now() - index * 60_000).toISOString(),
      duration_ms: 40 * (1 + ((index * 37) % 23)),
      lateness_ms: 2,
    }));
    const next = new Date(Date.now() + 3_600_000).toISOString();
    await route.fulfill({
      json: jobs.map(job => ({
        ...job,
        schedule_words: 'at 02:30 on weekdays',
        next_run: next,
        last_runs: runs,
      })),
    });
  });
  await page.goto(`${address.page()}/jobs?search=nightly-backup-orders`);
  const row = page.getByRole('row', { name: /nightly-backup-orders/ });
  await expect(row).toContainText('at 02:30 on weekdays');
  await expect(row).toContainText(/in (59|60) min/);
  await expect(row.getByRole('img', { name: '20 runs, 3 failed or interrupted' })).toBeVisible();
  if (process.env.ECRON_SCREENSHOTS) {
    await page.goto(`${address.page()}/jobs`);
    await expect(page.getByRole('img', { name: /20 runs/ }).first()).toBeVisible();
    await page.screenshot({ path: `${process.env.ECRON_SCREENSHOTS}/activity.png` });
  }
});
