import type { Page } from '@playwright/test';
import { address, expect, test } from './page';

test.use({ causesErrors: true });

/// Answers like a server with tokens of which `good` is valid until `expired` is set.
async function withTokens(page: Page): Promise<{ expired: boolean }> {
  const state = { expired: false };
  await page.route('**/v1/**', route => {
    const header = route.request().headers().authorization;
    if (route.request().url().endsWith('/auth'))
      return route.fulfill({ json: { mode: 'token', oauth: null } });
    if (header === 'Bearer good' && !state.expired) return route.continue();
    if (header === 'Bearer newer') return route.continue();
    return route.fulfill({
      status: 401,
      json: { cause: 'x', code: 401009001, message: 'No valid token.', detail: null },
    });
  });
  return state;
}

test('a wrong token is refused, and a valid one leads to the address that was asked for', async ({
  page,
}) => {
  await withTokens(page);
  await page.goto(`${address.page()}/jobs?search=backup`);
  await page.getByLabel('Token', { exact: true }).fill('bad');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('The server refused this token')).toBeVisible();
  await page.getByLabel('Token', { exact: true }).fill('good');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('link', { name: 'nightly-backup-orders' })).toBeVisible();
  expect(page.url()).not.toContain('good');
});

test('an expired token asks again above the view, which keeps what was typed', async ({ page }) => {
  const state = await withTokens(page);
  await page.goto(`${address.page()}/jobs`);
  await page.getByLabel('Token', { exact: true }).fill('good');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-job]').first()).toBeVisible();
  state.expired = true;
  await page.getByRole('searchbox').fill('back');
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
  await expect(dialog).toBeVisible();
  await dialog.getByLabel('Token', { exact: true }).fill('newer');
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('searchbox')).toHaveValue('back');
  await expect(page.getByRole('link', { name: 'nightly-backup-orders' })).toBeVisible();
});

test('signing out forgets the token', async ({ page }) => {
  await withTokens(page);
  await page.goto(`${address.page()}/jobs`);
  await page.getByLabel('Token', { exact: true }).fill('good');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in to ecron' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in to ecron' })).toBeVisible();
});

test('buttons that the scopes of a token do not permit are not shown', async ({ page }) => {
  const claims = Buffer.from(JSON.stringify({ sub: 'ann', scope: 'ecron.read' })).toString('base64url');
  await page.route('**/v1/auth', route => route.fulfill({ json: { mode: 'jwt', oauth: null } }));
  await page.route('**/v1/caller', route =>
    route.fulfill({ json: { subject: 'ann', tenant_id: 'tenant', permissions: ['read'] } }),
  );
  await page.goto(`${address.page()}/jobs`);
  await page.getByLabel('Token', { exact: true }).fill(`e30.${claims}.x`);
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-job]').first()).toBeVisible();
  await expect(page.getByRole('link', { name: 'New job' })).toHaveCount(0);
  await expect(page.getByRole('checkbox')).toHaveCount(0);
});
