import type { Page } from '@playwright/test';
import { type OAuthServer, startOAuth } from './oauth_server';
import { address, expect, test } from './page';
import { createToken, revokeToken, type Server, startEcron, tokenFlags } from './servers';

test.use({
  causesErrors: true,
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--host-resolver-rules=MAP ecron.test 127.0.0.1'],
  },
});

const title = (page: Page) => page.getByRole('heading', { name: 'Sign in to ecron' });

test.describe('without authentication', () => {
  test('an address that is not loopback is warned about', async ({ page }) => {
    await page.goto(address.page());
    await expect(page.getByRole('navigation')).toBeVisible();
    await expect(page.getByText('Authentication is off')).toHaveCount(0);
    const own = await startEcron(() => ['--allowed-hosts', '*']);
    try {
      await page.goto(`${own.page.replace('127.0.0.1', 'ecron.test')}/operations`);
      await expect(
        page.getByText('Authentication is off, and this page is reachable at ecron.test'),
      ).toBeVisible();
    } finally {
      await own.remove();
    }
  });

  test('a server whose API does not answer is a state, and the page opens when it is back', async ({
    page,
  }) => {
    await page.route('**/api/**', route => route.abort('connectionrefused'));
    await page.goto(`${address.page()}/operations`);
    await expect(page.getByText('The server does not answer')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
    await page.unroute('**/api/**');
    await expect(page.getByRole('heading', { name: 'Operations' })).toBeVisible();
  });
});

test.describe('with static tokens', () => {
  let own: Server;
  const tokens = { admin: '', reader: '' };
  test.beforeAll(async () => {
    own = await startEcron(folder => {
      tokens.admin = createToken(folder, 'admin', '--scope', 'all ecron.admin');
      tokens.reader = createToken(folder, 'reader', '--scope', 'ecron.read');
      return tokenFlags(folder);
    });
  });
  test.afterAll(() => own?.remove());

  test('a token is pasted, kept for the tab, and forgotten at the sign-out', async ({ page }) => {
    await page.goto(`${own.page}/operations?view=audit`);
    await expect(title(page)).toBeVisible();
    const field = page.getByLabel('Token', { exact: true });
    await expect(field).toHaveAttribute('type', 'password');
    await field.fill('wrong');
    await page.keyboard.press('Enter');
    await expect(page.getByText('The server refused this token')).toBeVisible();
    await field.fill(`Bearer ${tokens.admin}`);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('tab', { name: 'Audit log' })).toHaveAttribute('aria-selected', 'true');
    expect(page.url()).not.toContain(tokens.admin);
    await page.reload();
    await expect(page.getByRole('tab', { name: 'Audit log' })).toBeVisible();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(title(page)).toBeVisible();
    expect(await page.evaluate(() => JSON.stringify([sessionStorage, localStorage]))).not.toContain(
      tokens.admin,
    );
  });

  test('a token that is only kept in memory is gone after a reload', async ({ page }) => {
    await page.goto(`${own.page}/operations`);
    await page.getByLabel('Keep until this tab is closed').uncheck();
    await page.getByLabel('Token', { exact: true }).fill(tokens.admin);
    await page.keyboard.press('Enter');
    await expect(page.getByText('answers this page')).toBeVisible();
    await page.reload();
    await expect(title(page)).toBeVisible();
  });

  test('a token that is revoked while typing is replaced above the view, which keeps the text', async ({
    page,
  }) => {
    const first = createToken(own.folder, 'first', '--scope', 'all ecron.admin');
    // The file is read again within a second.
    const headers = { Authorization: `Bearer ${first}` };
    await expect.poll(async () => (await fetch(`${own.api}/caller`, { headers })).status).toBe(200);
    await page.goto(`${own.page}/operations?view=audit`);
    await page.getByLabel('Token', { exact: true }).fill(first);
    await page.keyboard.press('Enter');
    const search = page.getByRole('searchbox');
    await search.fill('474c2c5e');
    await expect(page.getByText('No record matches')).toBeVisible();
    revokeToken(own.folder, 'first');
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await expect(async () => {
      if (!(await dialog.isVisible())) await search.pressSequentially('0');
      await expect(dialog).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 40_000 });
    const typed = await search.inputValue();
    await dialog.getByLabel('Token', { exact: true }).fill(tokens.admin);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await expect(dialog).toBeHidden();
    await expect(search).toHaveValue(typed);
    await expect(page.getByText('No record matches')).toBeVisible();
  });

  test('buttons that the scopes of a token do not permit are not shown', async ({ page }) => {
    await page.goto(`${own.page}/jobs`);
    await page.getByLabel('Token', { exact: true }).fill(tokens.reader);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'New job' })).toHaveCount(0);
    await expect(page.getByRole('checkbox')).toHaveCount(0);
  });

  test('a caller who may not see the cluster is told the scope, and sees the rest', async ({ page }) => {
    await page.goto(`${own.page}/operations`);
    await page.getByLabel('Token', { exact: true }).fill(tokens.reader);
    await page.keyboard.press('Enter');
    await expect(page.getByText('Your token may not see the cluster')).toBeVisible();
    await expect(page.getByText('Occurrences start when they are due.')).toBeVisible();
  });
});

test.describe('with an authorization server', () => {
  let own: Server;
  let oauth: OAuthServer;
  test.beforeAll(async () => {
    oauth = await startOAuth('ecron-web');
    own = await startEcron(() => [
      ...['--auth-mode', 'jwt', '--jwt-issuer', oauth.url, '--jwt-keys-url', `${oauth.url}/jwks`],
      ...['--oauth-client-id', 'ecron-web', '--oauth-authorization-url', `${oauth.url}/authorize`],
      ...['--oauth-token-url', `${oauth.url}/token`, '--token-cache', '1s'],
    ]);
  });
  test.beforeEach(() => Object.assign(oauth, { scope: 'all ecron.admin', lifetime: 3_600 }));
  test.afterAll(async () => {
    await own?.remove();
    oauth?.stop();
  });

  test('signs in with PKCE and returns to the address that was asked for', async ({ page }) => {
    await page.goto(`${own.page}/operations?view=audit`);
    await page.getByRole('button', { name: 'Sign in with your organization' }).click();
    await page.getByRole('link', { name: 'Continue as Ann' }).click();
    await expect(page.getByRole('tab', { name: 'Audit log' })).toHaveAttribute('aria-selected', 'true');
    expect(page.url()).toBe(`${own.page}/operations?view=audit`);
    await page.goBack();
    expect(page.url()).not.toContain('code=');
  });

  test('says why the authorization server refused, and tries again', async ({ page }) => {
    await page.goto(`${own.page}/jobs`);
    await page.getByRole('button', { name: 'Sign in with your organization' }).click();
    await page.getByRole('link', { name: 'Deny' }).click();
    await expect(page.getByText('The authorization server refused: Ann said no.')).toBeVisible();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'Continue as Ann' }).click();
    await expect(page.getByRole('navigation')).toBeVisible();
  });

  test('an answer that belongs to no sign-in of this tab is refused', async ({ page }) => {
    await page.goto(`${own.page}/signed-in?code=stolen&state=guessed`);
    await expect(page.getByText('The answer belongs to another sign-in')).toBeVisible();
    await page.getByRole('button', { name: 'Sign in another way' }).click();
    await expect(title(page)).toBeVisible();
  });

  test('the scopes decide which buttons are shown', async ({ page }) => {
    oauth.scope = 'ecron.read';
    await page.goto(`${own.page}/operations`);
    await page.getByRole('button', { name: 'Sign in with your organization' }).click();
    await page.getByRole('link', { name: 'Continue as Ann' }).click();
    await expect(page.getByText('Occurrences start when they are due.')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Pause' })).toHaveCount(0);
  });

  test('a token that the server does not permit to read is not used', async ({ page }) => {
    oauth.scope = 'something.else';
    await page.goto(`${own.page}/jobs`);
    await page.getByRole('button', { name: 'Sign in with your organization' }).click();
    await page.getByRole('link', { name: 'Continue as Ann' }).click();
    await expect(page.getByText('This token may not read jobs')).toBeVisible();
  });

  test('a token that expires while typing is replaced in a window, and the text stays', async ({ page }) => {
    oauth.lifetime = 4;
    await page.goto(`${own.page}/operations?view=audit`);
    await page.getByRole('button', { name: 'Sign in with your organization' }).click();
    await page.getByRole('link', { name: 'Continue as Ann' }).click();
    const search = page.getByRole('searchbox');
    await search.pressSequentially('474c2c5e', { delay: 150 });
    oauth.lifetime = 3_600;
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await expect(async () => {
      if (!(await dialog.isVisible())) await search.pressSequentially('0');
      await expect(dialog).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 40_000 });
    const typed = await search.inputValue();
    const opened = page.waitForEvent('popup');
    await dialog.getByRole('button', { name: 'Sign in with your organization' }).click();
    const popup = await opened;
    await popup.getByRole('link', { name: 'Continue as Ann' }).click();
    await expect(dialog).toBeHidden();
    await expect(search).toHaveValue(typed);
    await expect(page.getByText('No record matches')).toBeVisible();
  });
});
