import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import { address, expect, look, putJob, request, test } from './page';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
type AxeResult = { violations: { id: string; nodes: { html: string }[] }[] };

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: runner } = window as unknown as { axe: { run: (options: object) => Promise<AxeResult> } };
    const result = await runner.run({ resultTypes: ['violations'] });
    return result.violations.map(each => `${each.id}: ${each.nodes.map(node => node.html).join(' | ')}`);
  });
}

const field = (page: Page, path: string) => page.locator(`[id="${path}"]`);

async function openNew(page: Page): Promise<void> {
  await page.goto(`${address.page()}/jobs/new`);
  await expect(field(page, 'job_name')).toBeVisible();
}

async function fill(page: Page): Promise<void> {
  await openNew(page);
  await field(page, 'job_context.exec').fill('http://127.0.0.1:9/');
  await field(page, 'job_cron_time').fill('30 2 31 * *');
  await field(page, 'job_context.timezone').fill('Europe/Berlin');
  await field(page, 'job_context.notify.webhook').fill('https://example.com/');
  await field(page, 'job_context.info.headers').getByRole('button').click();
  await page.keyboard.type('Accept');
  await expect(page.locator('table')).toBeVisible();
  await expect(page.getByRole('img').first()).toBeVisible();
}

const states: { name: string; open: (page: Page) => Promise<void> }[] = [
  { name: 'an empty form', open: openNew },
  { name: 'a full form', open: fill },
  {
    name: 'a Kubernetes Job',
    open: async page => {
      await openNew(page);
      await page.getByText('Kubernetes', { exact: true }).click();
      await page.locator('details').evaluateAll(all => {
        for (const each of all) each.setAttribute('open', '');
      });
    },
  },
  {
    name: 'errors',
    open: async page => {
      await openNew(page);
      await field(page, 'job_cron_time').fill('0 25 * * *');
      await field(page, 'job_context.retry.initial').fill('soon');
      await page.keyboard.press('Control+s');
      await page.locator('#document').fill('job_name: [');
    },
  },
  {
    name: 'the difference',
    open: async page => {
      const id = await putJob('axe-difference', { remarks: 'a' });
      await page.goto(`${address.page()}/jobs/${id}/edit`);
      await field(page, 'remarks').fill('b');
      await request('PATCH', `/job/${id}`, { remarks: 'c' });
      await page.keyboard.press('Control+s');
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  {
    name: 'a test run',
    open: async page => {
      await fill(page);
      await page.locator('footer').getByRole('button').nth(1).click();
      await expect(page.getByRole('dialog').locator('dl')).toBeVisible();
      await page.waitForTimeout(1_000);
    },
  },
  {
    name: 'the question before leaving',
    open: async page => {
      await openNew(page);
      await field(page, 'job_name').fill('x');
      await page.locator('footer').getByRole('button').first().click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  {
    name: 'a narrow document',
    open: async page => {
      await page.setViewportSize({ width: 360, height: 720 });
      await openNew(page);
      await page
        .getByText(/^(Document|文档)$/)
        .first()
        .click();
      await expect(page.locator('#document')).toBeVisible();
    },
  },
];

test.use({ causesErrors: true });
for (const theme of ['light', 'dark'] as const)
  for (const language of ['en', 'zh-CN'] as const)
    for (const state of states)
      test(`editor: ${state.name} has no accessibility violation, ${theme}, ${language}`, async ({
        page,
      }) => {
        await look(page, { theme, language });
        await state.open(page);
        await page.waitForTimeout(400);
        expect(await violations(page)).toEqual([]);
      });
