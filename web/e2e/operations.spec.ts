import { createServer, type Server } from 'node:http';
import type { Page } from '@playwright/test';
import { violations } from './axe';
import { address, expect, look, test } from './page';
import { createToken, type Server as Ecron, startEcron, tokenFlags } from './servers';

/// An ecron with tokens, so that there is an audit log, whose webhooks become dead letters after a second.
let own: Ecron;
let token = '';
let receiver: Server;
let received = 0;
let answer = 500;

async function send(method: string, path: string, body?: unknown): Promise<unknown> {
  const init: RequestInit = { method, headers: { Authorization: `Bearer ${token}` } };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch(`${own.api}${path}`, init);
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

test.beforeAll(async () => {
  receiver = createServer((_request, response) => {
    received++;
    response.writeHead(answer).end();
  });
  await new Promise<void>(resolve => receiver.listen(0, '127.0.0.1', () => resolve()));
  const port = (receiver.address() as { port: number }).port;
  own = await startEcron(folder => {
    token = createToken(folder, 'admin', '--scope', 'all ecron.admin');
    return [...tokenFlags(folder), '--webhook-retry-for', '1s'];
  });
  const job = {
    job_name: 'announces',
    job_type: 'real-time',
    enabled: true,
    job_context: {
      mode: 'http',
      exec: 'http://127.0.0.1:9/',
      notify: { webhook: `http://127.0.0.1:${port}/hook` },
    },
  };
  const { job_id } = (await send('POST', '/job', job)) as { job_id: string };
  await send('PATCH', `/job/${job_id}`, { remarks: 'weekly figures' });
  for (let run = 0; run < 2; run++) await send('POST', '/jobexecution', { job_id });
  await expect
    .poll(async () => ((await send('GET', '/deadletter')) as unknown[]).length, { timeout: 30_000 })
    .toBe(2);
});
test.afterAll(async () => {
  await own?.remove();
  receiver?.closeAllConnections();
  receiver?.close();
});
test.beforeEach(async ({ page }) => {
  await page.addInitScript(value => sessionStorage.setItem('ecron.token', value), token);
});

test('nodes, shards and the queue are shown', async ({ page }) => {
  await page.goto(`${own.page}/operations`);
  await expect(page.getByText('answers this page')).toBeVisible();
  await expect(page.getByText('1 alive')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Shards' }).getByRole('row')).toHaveCount(2);
  await expect(page.getByText('No message queue')).toBeVisible();
});

test('planned executions are paused after a question, and resumed', async ({ page }) => {
  await page.goto(`${own.page}/operations`);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Pause planned executions?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeFocused();
  expect(await send('GET', '/scheduling')).toMatchObject({ paused: false });
  await page.getByRole('button', { name: 'Pause all tenants' }).click();
  await expect(dialog.getByText('This affects the jobs of all tenants.')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Pause all tenants' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Paused for all tenants')).toBeVisible();
  expect(await send('GET', '/scheduling')).toMatchObject({ all: true });
  await page.getByRole('button', { name: 'Resume all tenants' }).click();
  await expect(page.getByText('Occurrences start when they are due.')).toBeVisible();
  expect(await send('GET', '/scheduling')).toMatchObject({ paused: false });
});

test('dead letters are delivered again', async ({ page }) => {
  await page.goto(`${own.page}/operations?view=deadletters`);
  await expect(page.getByRole('cell', { name: /HTTP 500/ })).toHaveCount(2);
  await expect(page.getByRole('button', { name: 'Deliver again' })).toBeDisabled();
  answer = 200;
  received = 0;
  await page.getByLabel('Select all that are shown').check();
  await page.getByRole('button', { name: 'Deliver again' }).click();
  await expect(page.getByText('2 webhooks are delivered again')).toBeVisible();
  await expect.poll(() => received).toBe(2);
  await expect(page.getByText('No dead letters')).toBeVisible();
});

test('the audit log says who changed what', async ({ page }) => {
  await page.goto(`${own.page}/operations?view=audit`);
  const changed = page.getByRole('row').filter({ hasText: 'Changed job' });
  await expect(changed).toContainText('admin');
  await changed.getByRole('button', { name: 'Show 1 changed member' }).click();
  await expect(page.getByRole('cell', { name: '+ weekly figures', exact: true })).toBeVisible();
  await changed.getByRole('button', { name: /Only records of/ }).click();
  await expect(page).toHaveURL(/object=/);
  await expect(page.getByRole('row').filter({ hasText: 'Created job' })).toBeVisible();
  await page.getByRole('searchbox').fill('no-such-object');
  await expect(page.getByText('No record matches')).toBeVisible();
});

test.describe('the configuration', () => {
  const option = (name: string, value: string, source: string, secret = false) => ({
    name,
    value,
    source,
    secret,
    default: '',
    group: 'Listening',
    description: `Description of ${name}.`,
  });

  test('of a server that does not show it has a command instead', async ({ page }) => {
    await page.route('**/v1/configuration', route => route.fulfill({ status: 404, json: {} }));
    await page.goto(`${own.page}/operations?view=configuration`);
    await expect(page.getByText('ecron serve --print-config')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Copy the command' })).toBeVisible();
  });
  test.use({ causesErrors: true });

  test('shows values with their sources, and finds options', async ({ page }) => {
    const options = [
      option('cron_port', '18080', 'environment ECRON_CRON_PORT'),
      option('user_pwd', '***', '/etc/cronsvr.yaml', true),
      option('lang', 'zh_CN', 'default'),
    ];
    await page.route('**/v1/configuration', route => route.fulfill({ json: { node: 'node-1', options } }));
    await page.goto(`${own.page}/operations?view=configuration`);
    await expect(page.getByText('environment ECRON_CRON_PORT')).toBeVisible();
    await expect(page.getByText('***')).toBeVisible();
    await page.getByLabel('Changed only').check();
    await expect(page.getByText('Description of lang.')).toHaveCount(0);
    await page.getByRole('searchbox').fill('pwd');
    await expect(page.getByText('1 of 3')).toBeVisible();
    await expect(page).toHaveURL(/find=pwd&changed=true|changed=true&find=pwd/);
  });
});

const narrow = { width: 360, height: 740 };
const states: { name: string; open: (page: Page) => Promise<void> }[] = [
  {
    name: 'the map',
    open: async page => {
      await page.goto(`${address.page()}/schedule`);
      await expect(page.getByRole('listbox')).toBeVisible();
    },
  },
  {
    name: 'the narrow map of the past',
    open: async page => {
      await page.setViewportSize(narrow);
      await page.goto(`${address.page()}/schedule?view=past`);
      await expect(page.getByRole('grid')).toBeVisible();
    },
  },
  { name: 'missed', open: async page => void (await page.goto(`${own.page}/schedule?view=missed`)) },
  {
    name: 'the cluster',
    open: async page => {
      await page.goto(`${own.page}/operations`);
      await expect(page.getByRole('table')).toHaveCount(2);
    },
  },
  {
    name: 'the narrow audit log',
    open: async page => {
      await page.setViewportSize(narrow);
      await page.goto(`${own.page}/operations?view=audit`);
      await page.locator('td button[aria-expanded]').last().click();
    },
  },
  {
    name: 'dead letters',
    open: async page => void (await page.goto(`${own.page}/operations?view=deadletters`)),
  },
  {
    name: 'no configuration',
    open: async page => void (await page.goto(`${own.page}/operations?view=configuration`)),
  },
  {
    name: 'the sign-in',
    open: async page => {
      await page.addInitScript(() => sessionStorage.clear());
      const endpoint = 'https://login.example.com/';
      const oauth = {
        client_id: 'a',
        authorization_endpoint: endpoint,
        token_endpoint: endpoint,
        scope: 'all',
      };
      await page.route('**/v1/auth', route => route.fulfill({ json: { mode: 'jwt', oauth } }));
      await page.goto(`${own.page}/operations`);
      await expect(page.locator('input[type=password]')).toBeVisible();
    },
  },
];

test.describe('accessibility', () => {
  test.use({ causesErrors: true });
  for (const theme of ['light', 'dark'] as const)
    for (const language of ['en', 'zh-CN'] as const)
      for (const state of states)
        test(`${state.name} has no violation, ${theme}, ${language}`, async ({ page }) => {
          await look(page, { theme, language });
          await state.open(page);
          await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
          await page.waitForTimeout(500);
          expect(await violations(page)).toEqual([]);
        });
});
