import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type AxeResult = { violations: { id: string; nodes: { html: string }[] }[] };

/// Returns what axe-core finds on the page as it is now.
export async function violations(page: Page): Promise<string[]> {
  // The policy refuses scripts in the document; the debugger's connection is not subject to it.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: runner } = window as unknown as { axe: { run: (options: object) => Promise<AxeResult> } };
    const result = await runner.run({ resultTypes: ['violations'], preload: false });
    return result.violations.map(each => `${each.id}: ${each.nodes.map(node => node.html).join(' | ')}`);
  });
}
