import { violations } from './axe';
import { type Operations, startOperations } from './operations_server';
import { expect, look, test } from './page';
import { views } from './views';

test.use({
  causesErrors: true,
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--host-resolver-rules=MAP ecron.test 127.0.0.1'],
  },
});

let own: Operations;
test.beforeAll(async () => {
  own = await startOperations('--allowed-hosts', '*');
});
test.afterAll(() => own?.remove());

for (const language of ['en', 'zh-CN'] as const)
  for (const view of views)
    test(`${view.name}: no accessibility violation in either theme, ${language}`, async ({ page }) => {
      await look(page, { theme: 'auto', language });
      await view.open(page, own);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
        await page.waitForTimeout(100);
        expect.soft(await violations(page), colorScheme).toEqual([]);
      }
    });
