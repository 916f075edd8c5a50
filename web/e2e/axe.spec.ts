import type { Page } from '@playwright/test';
import { violations } from './axe';
import { address, expect, look, openPalette, test } from './page';

const views: { name: string; open: (page: Page) => Promise<void> }[] = [
  {
    name: 'overview',
    open: async page => {
      await page.goto(`${address.page()}/`);
      await expect(page.getByRole('slider')).toBeVisible();
      await expect(page.locator('li').first()).toBeVisible();
    },
  },
  {
    name: 'first visit',
    open: async page => {
      await page.goto(`${address.emptyPage()}/`);
      await expect(page.getByRole('link', { name: /New job|新建任务/ })).toBeVisible();
    },
  },
  {
    name: 'executions',
    open: async page => {
      await page.goto(`${address.page()}/executions?from=2026-01-01T00:00:00Z&to=2099-01-01T00:00:00Z`);
      await expect(page.locator('tbody tr').first()).toBeVisible();
    },
  },
  {
    name: 'jobs with a selection',
    open: async page => {
      await page.goto(`${address.page()}/jobs`);
      await page.getByRole('checkbox').nth(1).click();
      await expect(page.getByRole('toolbar')).toBeVisible();
    },
  },
  {
    name: 'jobs without a match',
    open: async page => {
      await page.goto(`${address.page()}/jobs?search=no-such-thing&label=a:b`);
      await expect(page.getByText(/No job matches|没有匹配的任务/)).toBeVisible();
    },
  },
  {
    name: 'palette',
    open: async page => {
      await page.goto(`${address.page()}/jobs`);
      await expect(page.locator('[data-job]').first()).toBeVisible();
      await openPalette(page);
      await expect(page.getByRole('option').first()).toBeVisible();
    },
  },
  {
    name: 'menu of a filter',
    open: async page => {
      await page.goto(`${address.page()}/jobs`);
      await page.locator('[role=search] button[aria-haspopup=menu]').first().click();
      await expect(page.getByRole('menuitemradio').first()).toBeVisible();
    },
  },
  {
    name: 'settings',
    open: async page => {
      await page.goto(`${address.page()}/jobs`);
      await page.locator('aside button[aria-haspopup=dialog]').click();
      await expect(page.getByRole('radio').first()).toBeAttached();
    },
  },
  {
    name: 'navigation in a drawer',
    open: async page => {
      await page.setViewportSize({ width: 360, height: 720 });
      await page.goto(`${address.page()}/`);
      await page.locator('header button').first().click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  {
    name: 'narrow jobs',
    open: async page => {
      await page.setViewportSize({ width: 360, height: 720 });
      await page.goto(`${address.page()}/jobs`);
      await expect(page.locator('[data-job]').first()).toBeVisible();
    },
  },
];

for (const theme of ['light', 'dark'] as const)
  for (const language of ['en', 'zh-CN'] as const)
    for (const view of views)
      test(`${view.name} has no accessibility violation, ${theme}, ${language}`, async ({ page }) => {
        await look(page, { theme, language });
        await view.open(page);
        await page.waitForTimeout(400);
        expect(await violations(page)).toEqual([]);
      });
