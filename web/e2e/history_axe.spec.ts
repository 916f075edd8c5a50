import type { Page } from '@playwright/test';
import { violations } from './axe';
import { ended, executionPath, expect, history, jobPath, signedIn, start, test } from './history_page';

const views: { name: string; open: (page: Page) => Promise<void> }[] = [
  {
    name: 'job with an explanation',
    open: async page => {
      await page.goto(`${jobPath('nightly-invoices')}?at=2026-01-01T00:00:00Z`);
      await expect(page.locator('tbody tr').first()).toBeVisible();
      await expect(page.locator('dl').first()).toBeVisible();
    },
  },
  {
    name: 'tip of the timeline',
    open: async page => {
      await page.goto(jobPath('nightly-invoices'));
      await page.getByRole('slider').focus();
      await page.keyboard.press('ArrowLeft');
    },
  },
  {
    name: 'changes of a job',
    open: async page => {
      await page.goto(`${jobPath('nightly-invoices')}?tab=changes`);
      await expect(page.locator('ins').first()).toBeVisible();
    },
  },
  {
    name: 'definition of a job and its menu',
    open: async page => {
      await page.goto(`${jobPath('order-report')}?tab=definition&format=curl`);
      await expect(page.locator('pre').first()).toBeVisible();
      await page.locator('button[aria-haspopup=menu]').last().click();
      await expect(page.getByRole('menuitem').first()).toBeVisible();
    },
  },
  {
    name: 'job without executions',
    open: async page => {
      await page.goto(`${jobPath('fresh-job')}?state=interrupt`);
      await expect(page.getByRole('tabpanel').getByRole('button').last()).toBeVisible();
    },
  },
  {
    name: 'execution with attempts and a comparison',
    open: async page => {
      const id = history().executions['address-import'] ?? '';
      await ended(id);
      await page.goto(`${executionPath(id)}?compare=previous`);
      await expect(page.getByRole('log')).toBeVisible();
      await expect(page.locator('h2').nth(1)).toBeVisible();
    },
  },
  {
    name: 'execution under way and its dialog',
    open: async page => {
      await page.goto(executionPath(await start('segment-copy')));
      await expect(page.getByRole('log')).toContainText('step 2');
      await page.locator('button[aria-haspopup=dialog]').first().click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  {
    name: 'narrow execution',
    open: async page => {
      await page.setViewportSize({ width: 360, height: 720 });
      await page.goto(executionPath(history().executions['broken-export'] ?? ''));
      await expect(page.getByRole('log')).toBeVisible();
    },
  },
  {
    name: 'range of time of the executions',
    open: async page => {
      await page.goto(`${history().page}/executions`);
      await page.locator('[role=search] button[aria-haspopup=dialog]').click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
];

for (const theme of ['light', 'dark'] as const)
  for (const language of ['en', 'zh-CN'] as const)
    for (const view of views)
      test(`${view.name} has no accessibility violation, ${theme}, ${language}`, async ({ page }) => {
        await signedIn(page, { theme, language });
        await view.open(page);
        await page.waitForTimeout(400);
        expect(await violations(page)).toEqual([]);
      });
