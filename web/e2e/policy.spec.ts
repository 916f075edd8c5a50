import { address, expect, openPalette, test } from './page';

// The fixture `problems` fails a test on each violation of the policy, error, and request to another origin.

const routes = ['/', '/jobs', '/jobs/new', '/executions', '/schedule', '/operations', '/nowhere'];

for (const route of routes)
  test(`${route} violates no policy and stays on its origin`, async ({ page }) => {
    await page.goto(`${address.page()}${route}`);
    await expect(page.locator('#content h1')).toBeVisible();
    await expect(page.locator('style')).toHaveCount(0);
  });

test('overlays inject no style', async ({ page }) => {
  await page.goto(`${address.page()}/jobs`);
  await page.getByRole('button', { name: /^State/ }).click();
  await page.getByRole('menuitemradio', { name: 'Any' }).click();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
  await openPalette(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /UTC/ }).click();
  await page.getByText('中文').click();
  await expect(page.getByRole('heading', { level: 1, name: '任务' })).toBeVisible();
  await page.setViewportSize({ width: 360, height: 720 });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '菜单' }).click();
  await expect(page.getByRole('dialog', { name: '主导航' })).toBeVisible();
  await expect(page.locator('style')).toHaveCount(0);
});

test('the server sends the policy, without unsafe directives, with every address of the page', async ({
  page,
}) => {
  for (const route of routes) {
    const policy = (await page.goto(`${address.page()}${route}`))?.headers()['content-security-policy'] ?? '';
    expect(policy.split(/; */)).toEqual(
      expect.arrayContaining([
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(policy).not.toContain('unsafe');
  }
});

test('the policy refuses an injected style', async ({ page, problems }) => {
  await page.goto(`${address.page()}/jobs`);
  await page.evaluate(() => {
    const style = document.createElement('style');
    style.textContent = 'body { color: red }';
    document.head.append(style);
  });
  await expect.poll(() => problems.length).toBe(1);
  expect(problems.pop()).toContain('Content Security Policy');
});

test('the licences of the packages in the page come with it', async () => {
  const response = await fetch(`${address.page()}/licenses.txt`);
  expect(response.headers.get('content-type')).toContain('text/plain');
  expect(await response.text()).toContain('react-dom 19');
});
