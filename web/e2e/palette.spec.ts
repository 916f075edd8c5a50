import { address, expect, openPalette, putJob, request, test } from './page';

test('the palette finds a job and opens it, by keys only', async ({ page }) => {
  await page.goto(`${address.page()}/`);
  await openPalette(page);
  await page.keyboard.type('fraud');
  await expect(page.getByRole('option', { name: /^fraud-score-refresh/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/ui\/jobs\/[0-9a-f-]{36}$/);
});

test('keys that are typed before the palette is there reach it, and not the view', async ({ page }) => {
  const id = await putJob('test-palette-ahead');
  await page.route('**/assets/Palette-*', async route => {
    await new Promise(resolve => setTimeout(resolve, 2_000));
    await route.continue();
  });
  await page.goto(`${address.page()}/jobs/${id}`);
  await expect(page.getByRole('button', { name: 'Run now' })).toBeVisible();
  await page.keyboard.press('Control+k');
  // The r alone would run the job.
  await page.keyboard.type('fraud');
  await expect(page.getByRole('combobox')).toHaveValue('fraud');
  await page.keyboard.type('-score');
  await expect(page.getByRole('option', { name: /^fraud-score-refresh/ })).toBeVisible();
  expect(await request('GET', `/jobexecution?job_id=${id}`)).toEqual([]);
});

test('the palette runs a job', async ({ page }) => {
  const id = await putJob('test-palette-run');
  await page.goto(`${address.page()}/`);
  await openPalette(page);
  await page.keyboard.type('test-palette');
  await page.getByRole('option', { name: 'Run test-palette-run now' }).click();
  await expect(page.getByText('test-palette-run was started')).toBeVisible();
  const runs = (await request('GET', `/jobexecution?job_id=${id}`)) as { trigger: string }[];
  expect(runs[0]?.trigger).toBe('manual');
});

test('the palette changes the language, and the choice stays', async ({ page }) => {
  await page.goto(`${address.page()}/jobs`);
  await openPalette(page);
  await page.keyboard.type('中文');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: '任务' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
});

test('two keys in sequence lead to a view', async ({ page }) => {
  await page.goto(`${address.page()}/`);
  await expect(page.locator('#content h1')).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('j');
  await expect(page).toHaveURL(/\/ui\/jobs$/);
});

test('who looks for maintenance is asked before planned executions are paused', async ({ page }) => {
  await page.goto(`${address.page()}/`);
  await openPalette(page);
  await page.keyboard.type('maintenance');
  await page.getByRole('option', { name: 'Pause planned executions' }).click();
  const question = page.getByRole('dialog', { name: 'Pause planned executions?' });
  await question.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(page.getByText('Paused for your tenant')).toBeVisible();
  await expect(page).toHaveURL(/\/ui\/operations$/);
  expect(await request('GET', '/scheduling')).toMatchObject({ paused: true });
  await openPalette(page);
  await page.keyboard.type('maintenance');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Occurrences start when they are due.')).toBeVisible();
});

test('a link opens what its sender sees', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${address.page()}/schedule`);
  await expect(page.getByText('Most crowded:')).toBeVisible();
  const minutes = page.getByRole('listbox').getByRole('option');
  await minutes.nth(17).click();
  await expect(minutes.nth(17)).toHaveAttribute('aria-selected', 'true');
  const title = await page.getByRole('heading', { name: /^Jobs at/ }).textContent();
  await openPalette(page);
  await page.keyboard.type('share');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The link is copied')).toBeVisible();
  const colleague = await context.newPage();
  await colleague.goto(await page.evaluate(() => navigator.clipboard.readText()));
  await expect(colleague.getByRole('heading', { name: title ?? '' })).toBeVisible();
});
