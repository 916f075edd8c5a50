// Takes screenshots of every view of the page with the data of `ecron serve --demo`, at three widths and in both themes.
//
//   node scripts/screenshots.mjs FOLDER [VIEW…]     writes FOLDER/VIEW-WIDTH-THEME.png; without VIEW: of all
//
// A view is also shown as it is on an empty server (VIEW-empty), while it loads (VIEW-loading), and when the server fails
// (VIEW-error). ECRON_BINARY names the binary (default: ../build/dev/ecron), CHROMIUM the browser, and ECRON_LANGUAGE the
// language (en or zh-CN). WIDTHS and THEMES select some: WIDTHS=1440 THEMES=light. HEIGHT cuts the pictures.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { paths, start } from './demo.mjs';

const widths = (process.env.WIDTHS ?? '360,768,1440').split(',').map(Number);
const themes = (process.env.THEMES ?? 'light,dark').split(',');
const language = process.env.ECRON_LANGUAGE ?? 'en';
const cut = Number(process.env.HEIGHT ?? 0);
const kHeights = { 360: 740, 768: 1024 };
const kSignIn = /\/v1\/(auth|caller)$/;
const unlessSignIn = act => route => (kSignIn.test(route.request().url()) ? route.fallback() : act(route));
const kError = { cause: 'Internal error', code: 500009001, message: 'The database is locked.', detail: null };
const kStates = {
  loading: unlessSignIn(() => undefined),
  error: unlessSignIn(route =>
    route.fulfill({ status: 500, json: kError, headers: { 'X-Request-Id': 'r-7f3a' } }),
  ),
};

/** What cannot be reached by an address alone. */
const further = {
  'jobs-selected': async (page, origin) => {
    await page.goto(`${origin}/ui/jobs`);
    await page.getByRole('checkbox').nth(1).click();
    await page.getByRole('checkbox').nth(2).click();
  },
  'jobs-without-match': (page, origin) => page.goto(`${origin}/ui/jobs?search=no-such-thing&label=team:shop`),
  'editor-new': (page, origin) => page.goto(`${origin}/ui/jobs/new`),
  'editor-errors': async (page, origin) => {
    await page.goto(`${origin}/ui/jobs/new`);
    await page.locator('[id="job_cron_time"]').fill('0 25 * * *');
    await page.keyboard.press('Control+s');
  },
  palette: async (page, origin) => {
    await page.goto(`${origin}/ui/jobs`);
    await page.locator('[data-job]').first().waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('back');
    await page.getByRole('option').first().waitFor();
  },
  keys: async (page, origin) => {
    await page.goto(`${origin}/ui/jobs`);
    await page.locator('[data-job]').first().waitFor();
    await page.keyboard.press('?');
  },
  menu: async (page, origin) => {
    await page.goto(`${origin}/ui/`);
    await page.locator('#content h1').waitFor();
    const drawer = page.locator('header button').first();
    if (await drawer.isVisible()) await drawer.click();
    await page.locator('button[aria-haspopup=dialog]').last().click();
  },
  'sign-in': async (page, origin) => {
    const endpoint = 'https://login.example.com/';
    const oauth = {
      client_id: 'a',
      authorization_endpoint: endpoint,
      token_endpoint: endpoint,
      scope: 'all',
    };
    await page.route('**/v1/auth', route => route.fulfill({ json: { mode: 'jwt', oauth } }));
    await page.goto(`${origin}/ui/`);
  },
  'session-ended': async (page, origin) => {
    await page.addInitScript(() => sessionStorage.setItem('ecron.token', 'old'));
    await page.route('**/v1/overview*', route => route.fulfill({ status: 401, json: {} }));
    await page.route('**/v1/auth', route => route.fulfill({ json: { mode: 'token', oauth: null } }));
    await page.goto(`${origin}/ui/`);
  },
  'not-found': (page, origin) => page.goto(`${origin}/ui/nowhere`),
};

/** Returns the views by their names, each as a function that opens it. */
async function viewsOf(demo, empty) {
  const views = {};
  const gone = path => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '00000000-0000-0000-0000-000000000000');
  for (const [name, path] of Object.entries(await paths(demo))) {
    views[name] = page => page.goto(`${demo}/ui${path}`);
    views[`${name}-empty`] = page => page.goto(`${empty}/ui${gone(path)}`);
    for (const [state, answer] of Object.entries(kStates))
      views[`${name}-${state}`] = async page => {
        await page.route('**/api/**', answer);
        await page.goto(`${demo}/ui${path}`);
      };
  }
  for (const [name, open] of Object.entries(further)) views[name] = page => open(page, demo);
  return views;
}

async function shoot(browser, open, width, theme, file) {
  const viewport = { width, height: cut || (kHeights[width] ?? 900) };
  const context = await browser.newContext({
    viewport,
    colorScheme: theme,
    reducedMotion: 'reduce',
    locale: language,
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  const preferences = JSON.stringify({ language, zone: 'utc', theme });
  await page.addInitScript(value => localStorage.setItem('ecron.preferences', value), preferences);
  await open(page);
  await page.waitForTimeout(1_500);
  // What the width does not hold is a fault of the view.
  const extent = await page.evaluate(() => document.documentElement.scrollWidth);
  if (extent > width) console.log(`${file}: ${extent - width} px wider than the screen`);
  await page.screenshot({ path: file, fullPage: !cut });
  await context.close();
}

const [folder, ...chosen] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node scripts/screenshots.mjs FOLDER [VIEW…]');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const demo = await start(() => ['--demo']);
const empty = await start(own => ['--db-path', join(own, 'ecron.db'), '--run-dir', join(own, 'run')]);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const views = await viewsOf(demo.origin, empty.origin);
  for (const name of chosen)
    if (!(name in views)) throw new Error(`no view ${name}: ${Object.keys(views).join(' ')}`);
  for (const name of chosen.length > 0 ? chosen : Object.keys(views))
    for (const width of widths)
      for (const theme of themes)
        await shoot(browser, views[name], width, theme, join(folder, `${name}-${width}-${theme}.png`));
} finally {
  await browser.close();
  await Promise.all([demo.stop(), empty.stop()]);
}
