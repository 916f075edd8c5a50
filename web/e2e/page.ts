import { test as base, expect, type Page } from '@playwright/test';

export type Look = {
  theme?: 'light' | 'dark' | 'auto';
  language?: 'en' | 'zh-CN';
  zone?: 'utc' | 'browser' | 'job';
};

export const address = {
  page: () => process.env.ECRON_PAGE ?? '',
  emptyPage: () => process.env.ECRON_EMPTY_PAGE ?? '',
  api: () => process.env.ECRON_API ?? '',
};

/// Sets the preferences before the page loads.
export async function look(page: Page, preferences: Look): Promise<void> {
  await page.addInitScript(
    value => localStorage.setItem('ecron.preferences', value),
    JSON.stringify({ language: 'en', zone: 'utc', ...preferences }),
  );
}

/// Collects what must not happen: violations of the policy, errors of the console and of the page, and requests that
/// leave the origin.
function observe(page: Page, problems: string[]): void {
  page.on('console', message => {
    if (message.type() === 'error') problems.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', error => problems.push(`page: ${error.message}`));
  page.on('request', request => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.hostname !== '127.0.0.1') problems.push(`foreign: ${url}`);
  });
}

/// A test whose page has no problems at its end, unless it declares that it causes some.
export const test = base.extend<{ problems: string[]; causesErrors: boolean }>({
  causesErrors: [false, { option: true }],
  problems: async ({ page, causesErrors }, use) => {
    const problems: string[] = [];
    observe(page, problems);
    await use(problems);
    if (!causesErrors) expect(problems).toEqual([]);
  },
  page: async ({ page }, use) => {
    await look(page, {});
    await use(page);
  },
});
test.beforeEach(({ problems: _problems }) => {});

/// Calls the API of the server behind the page.
export async function request(method: string, path: string, body?: unknown): Promise<unknown> {
  const init: RequestInit = { method };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch(`${address.api()}${path}`, init);
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  const text = await response.text();
  return text ? JSON.parse(text) : undefined;
}

/// Creates or replaces a job that runs on request, and returns its id.
export async function putJob(name: string, change: object = {}): Promise<string> {
  const job = {
    job_type: 'real-time',
    enabled: true,
    job_context: { mode: 'http', exec: 'http://127.0.0.1:9/', labels: { made: 'test' } },
    ...change,
  };
  const stored = (await request('PUT', `/job/by-name/${encodeURIComponent(name)}`, job)) as {
    job_id: string;
  };
  return stored.job_id;
}

/// Opens the command palette when the view is there, and waits for its field.
export async function openPalette(page: Page): Promise<void> {
  await expect(page.locator('#content h1')).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox')).toBeFocused();
}

export { expect };
