import { zhCN } from '../src/i18n/zh-CN';
import { type Operations, startOperations } from './operations_server';
import { expect, look, openPalette, test } from './page';

let own: Operations;
test.beforeAll(async () => {
  own = await startOperations();
});
test.afterAll(() => own?.remove());
test.beforeEach(async ({ page }) => {
  await page.addInitScript(value => sessionStorage.setItem('ecron.token', value), own.token);
});

test('nodes, shards and the queue are shown', async ({ page }) => {
  await page.goto(`${own.page}/operations`);
  await expect(page.getByText('answers this page')).toBeVisible();
  await expect(page.getByText('1 alive')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Shards' }).getByRole('row')).toHaveCount(2);
  await expect(page.getByText('No message queue')).toBeVisible();
  await expect(page.getByText('Set mq_host')).toBeVisible();
});

test('planned executions are paused after a question, and resumed', async ({ page }) => {
  await page.goto(`${own.page}/operations`);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Pause planned executions?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeFocused();
  expect(await own.send('GET', '/scheduling')).toMatchObject({ paused: false });
  await page.getByRole('button', { name: 'Pause all tenants' }).click();
  await expect(dialog.getByText('This affects the jobs of all tenants.')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Pause all tenants' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Paused for all tenants')).toBeVisible();
  expect(await own.send('GET', '/scheduling')).toMatchObject({ all: true });
  // Every other view says why nothing starts, and leads back.
  const banner = page.getByRole('status').filter({ hasText: 'Planned executions are paused.' });
  await expect(banner).toBeHidden();
  await page.getByRole('link', { name: 'Jobs', exact: true }).click();
  await banner.getByRole('link', { name: 'Operations' }).click();
  await page.getByRole('button', { name: 'Resume all tenants' }).click();
  await expect(page.getByText('Occurrences start when they are due.')).toBeVisible();
  expect(await own.send('GET', '/scheduling')).toMatchObject({ paused: false });
});

test('dead letters are delivered again', async ({ page }) => {
  await page.goto(`${own.page}/operations?view=deadletters`);
  await expect(page.getByRole('cell', { name: /HTTP 500/ })).toHaveCount(2);
  await expect(page.getByRole('button', { name: 'Deliver again' })).toBeDisabled();
  own.receiver.answer = 200;
  own.receiver.received = 0;
  await page.getByLabel('Select all that are shown').check();
  await page.getByRole('button', { name: 'Deliver again' }).click();
  await expect(page.getByText('2 webhooks are delivered again')).toBeVisible();
  await expect.poll(() => own.receiver.received).toBe(2);
  await expect(page.getByText('No dead letters')).toBeVisible();
});

test('the audit log says who changed what', async ({ page }) => {
  await page.goto(`${own.page}/operations?view=audit`);
  const changed = page.getByRole('row').filter({ hasText: 'Changed job' });
  await expect(changed).toContainText('admin');
  await expect(changed.getByRole('link', { name: 'announces' })).toBeVisible();
  await changed.getByRole('button', { name: 'Show 1 changed member' }).click();
  await expect(page.getByRole('cell', { name: '+ weekly figures', exact: true })).toBeVisible();
  await changed.getByRole('button', { name: /Only records of/ }).click();
  await expect(page).toHaveURL(/object=/);
  await expect(page.getByRole('row').filter({ hasText: 'Created job' })).toBeVisible();
  await page.getByRole('searchbox').fill('no-such-object');
  await expect(page.getByText('No record matches')).toBeVisible();
});

test('the configuration shows values with their sources, and finds options', async ({ page }) => {
  await page.goto(`${own.page}/operations?view=configuration`);
  const option = (name: string) => page.getByRole('listitem').filter({ hasText: name });
  await expect(option('webhook_retry_for')).toContainText('1s');
  await expect(option('webhook_retry_for')).toContainText('--webhook-retry-for');
  await expect(option('log_level').first()).toContainText('default');
  await page.getByLabel('Changed only').check();
  await expect(option('log_level')).toHaveCount(0);
  await page.getByRole('searchbox').fill('retry-for');
  await expect(page.getByText(/1 of \d+/)).toBeVisible();
  await expect(page).toHaveURL(/find=retry-for&changed=true|changed=true&find=retry-for/);
});

test('the configuration is described in the language of the page', async ({ page }) => {
  await look(page, { language: 'zh-CN' });
  await page.goto(`${own.page}/operations?view=configuration&find=webhook_retry_for`);
  const option = page.getByRole('listitem').filter({ hasText: 'webhook_retry_for' });
  await expect(option).toContainText('Webhook 重试投递的最长时间，超过后成为死信。');
  await openPalette(page);
  await page.keyboard.type('English');
  await page.keyboard.press('Enter');
  await expect(option).toContainText('How long the delivery of a webhook is retried');
});

test('every group of options has a Chinese name', async ({ page }) => {
  await look(page, { language: 'zh-CN' });
  await page.goto(`${own.page}/operations?view=configuration`);
  await expect(page.getByText('webhook_retry_for').first()).toBeVisible();
  const names = await page.getByRole('heading', { level: 3 }).allTextContents();
  expect(names).toEqual(Object.values(zhCN.operations.configuration.groups));
});
