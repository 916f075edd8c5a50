import { expect, type Page } from '@playwright/test';
import { ended, executionPath, history, jobPath, signIn, start } from './history_page';
import type { Operations } from './operations_server';
import { address, openPalette, putJob, request } from './page';
import { pathsOf } from './paths.mjs';

/// Every view of the page and every state that it can be in, for tests that look at all of them. `open` ends when what
/// the name says is visible.
export type View = { name: string; open: (page: Page, own: Operations) => Promise<void> };

const kNarrow = { width: 360, height: 720 };
const field = (page: Page, path: string) => page.locator(`[id="${path}"]`);
const dialog = (page: Page) => expect(page.getByRole('dialog')).toBeVisible();

async function visit(page: Page, path: string, visible = '#content h1'): Promise<void> {
  await page.goto(path.startsWith('http') ? path : `${address.page()}${path}`);
  await expect(page.locator(visible).first()).toBeVisible();
}

/// A view of the server with an audit log and dead letters.
async function operate(page: Page, own: Operations, path: string, visible?: string): Promise<void> {
  await signIn(page, own.token);
  await visit(page, `${own.page}${path}`, visible);
}

/// A view of the server with a history.
async function recall(page: Page, path: string, visible: string): Promise<void> {
  await signIn(page, history().token);
  await visit(page, path, visible);
}

async function newJob(page: Page): Promise<void> {
  await visit(page, '/jobs/new', '[id="job_name"]');
}

async function fill(page: Page): Promise<void> {
  await newJob(page);
  await field(page, 'job_context.exec').fill('http://127.0.0.1:9/');
  await field(page, 'job_cron_time').fill('30 2 31 * *');
  await field(page, 'job_context.timezone').fill('Europe/Berlin');
  await field(page, 'job_context.notify.webhook').fill('https://example.com/');
  await field(page, 'job_context.info.headers').getByRole('button').click();
  await page.keyboard.type('Accept');
  await expect(page.locator('table')).toBeVisible();
  await expect(page.getByRole('img').first()).toBeVisible();
}

const frame: View[] = [
  { name: 'an address without a view', open: page => visit(page, '/nowhere') },
  {
    name: 'the palette',
    open: async page => {
      await visit(page, '/jobs', '[data-job]');
      await openPalette(page);
      await expect(page.getByRole('option').first()).toBeVisible();
    },
  },
  {
    name: 'the list of keys',
    open: async page => {
      await visit(page, '/jobs', '[data-job]');
      await page.keyboard.press('?');
      await dialog(page);
    },
  },
  {
    name: 'the settings',
    open: async page => {
      await visit(page, '/jobs');
      await page.locator('aside button[aria-haspopup=dialog]').click();
      await expect(page.getByRole('radio').first()).toBeAttached();
    },
  },
  {
    name: 'the navigation in a drawer',
    open: async page => {
      await page.setViewportSize(kNarrow);
      await visit(page, '/');
      await page.locator('header button').first().click();
      await dialog(page);
    },
  },
  {
    name: 'a message that can be undone',
    open: async page => {
      await putJob('axe-delete');
      await visit(page, '/jobs?search=axe-delete', '[data-job]');
      await page.locator('[role=row] button[aria-haspopup=menu]').click();
      await page.getByRole('menuitem').last().click();
      await expect(page.getByRole('button', { name: /Undo|撤销/ })).toBeVisible();
    },
  },
  {
    name: 'the warning of an open address',
    open: async (page, own) => {
      await page.route('**/v1/auth', route => route.fulfill({ json: { mode: 'none', oauth: null } }));
      await operate(page, own, '/operations');
      await visit(page, `${own.page.replace('127.0.0.1', 'ecron.test')}/operations`, '[role=status] svg');
    },
  },
  {
    name: 'the jobs during a pause',
    open: async page => {
      const paused = { paused: true, all: false, tenant: true };
      await page.route('**/scheduling', route => route.fulfill({ json: paused }));
      await visit(page, '/jobs', '[role=status] a');
    },
  },
];

const signIns: View[] = [
  {
    name: 'the sign-in by a token, refused',
    open: async (page, own) => {
      await visit(page, `${own.page}/`, 'input[type=password]');
      await page.locator('input[type=password]').fill('wrong');
      await page.keyboard.press('Enter');
      await expect(page.getByText(/The server refused this token|服务器拒绝/)).toBeVisible();
    },
  },
  {
    name: 'the sign-in by OAuth',
    open: async (page, own) => {
      const endpoint = 'https://login.example.com/';
      const oauth = {
        client_id: 'a',
        authorization_endpoint: endpoint,
        token_endpoint: endpoint,
        scope: 'all',
      };
      await page.route('**/v1/auth', route => route.fulfill({ json: { mode: 'jwt', oauth } }));
      await visit(page, `${own.page}/`, 'input[type=password]');
    },
  },
  {
    name: 'a sign-in that failed',
    open: async (page, own) => {
      const endpoint = 'https://login.example.com/';
      const oauth = { client_id: 'a', authorization_endpoint: endpoint, token_endpoint: endpoint, scope: '' };
      await page.route('**/v1/auth', route => route.fulfill({ json: { mode: 'jwt', oauth } }));
      await visit(page, `${own.page}/signed-in?code=stolen&state=guessed`, 'main button');
    },
  },
  {
    name: 'a session that has ended',
    open: async (page, own) => {
      await signIn(page, 'revoked');
      await page.goto(`${own.page}/jobs`);
      await dialog(page);
    },
  },
  {
    name: 'a server that does not answer',
    open: async page => {
      await page.route('**/api/**', route => route.abort('connectionrefused'));
      await visit(page, '/', '[role=alert]');
    },
  },
];

const lists: View[] = [
  {
    name: 'the overview',
    open: async page => {
      await visit(page, '/', '[role=slider]');
      await expect(page.locator('li').first()).toBeVisible();
    },
  },
  {
    name: 'the jobs with a selection',
    open: async page => {
      await visit(page, '/jobs', '[data-job]');
      await page.getByRole('checkbox').nth(1).click();
      await expect(page.getByRole('toolbar')).toBeVisible();
    },
  },
  {
    name: 'a menu of a filter',
    open: async page => {
      await visit(page, '/jobs', '[data-job]');
      await page.locator('[role=search] button[aria-haspopup=menu]').first().click();
      await expect(page.getByRole('menuitemradio').first()).toBeVisible();
    },
  },
  {
    name: 'the jobs on a narrow screen',
    open: async page => {
      await page.setViewportSize(kNarrow);
      await visit(page, '/jobs', '[data-job]');
    },
  },
  {
    name: 'jobs without a match',
    open: async page => {
      await visit(page, '/jobs?search=no-such-thing&label=a:b');
      await expect(page.getByText(/No job matches|没有匹配的任务/)).toBeVisible();
    },
  },
  {
    name: 'the executions',
    open: page => visit(page, '/executions?from=2026-01-01T00:00:00Z&to=2099-01-01T00:00:00Z', 'tbody tr'),
  },
  {
    name: 'the range of time of the executions',
    open: async page => {
      await visit(page, '/executions');
      await page.locator('[role=search] button[aria-haspopup=dialog]').click();
      await dialog(page);
    },
  },
  { name: 'the planned map', open: page => visit(page, '/schedule', '[role=listbox]') },
  {
    name: 'the past map on a narrow screen',
    open: async page => {
      await page.setViewportSize(kNarrow);
      await visit(page, '/schedule?view=past', '[role=grid]');
    },
  },
  {
    name: 'missed occurrences',
    open: page => visit(page, '/schedule?view=missed', '[role=tab][aria-selected=true]'),
  },
];

const editor: View[] = [
  { name: 'an empty form', open: newJob },
  { name: 'a full form', open: fill },
  {
    name: 'a form of a Kubernetes Job',
    open: async page => {
      await newJob(page);
      await page.getByText('Kubernetes', { exact: true }).click();
      await page.locator('details').evaluateAll(all => {
        for (const each of all) each.setAttribute('open', '');
      });
    },
  },
  {
    name: 'a form with errors',
    open: async page => {
      await newJob(page);
      await field(page, 'job_cron_time').fill('0 25 * * *');
      await field(page, 'job_context.retry.initial').fill('soon');
      await page.keyboard.press('Control+s');
      await page.locator('#document').fill('job_name: [');
    },
  },
  {
    name: 'the difference to a newer version',
    open: async page => {
      const id = await putJob('axe-difference', { remarks: 'a' });
      await visit(page, `/jobs/${id}/edit`, '[id="remarks"]');
      await field(page, 'remarks').fill('b');
      await request('PATCH', `/job/${id}`, { remarks: 'c' });
      await page.keyboard.press('Control+s');
      await dialog(page);
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
      await newJob(page);
      await field(page, 'job_name').fill('x');
      await page.locator('footer').getByRole('button').first().click();
      await dialog(page);
    },
  },
  {
    name: 'a document on a narrow screen',
    open: async page => {
      await page.setViewportSize(kNarrow);
      await newJob(page);
      await page
        .getByText(/^(Document|文档)$/)
        .first()
        .click();
      await expect(page.locator('#document')).toBeVisible();
    },
  },
];

const details: View[] = [
  {
    name: 'a job with an explanation',
    open: async page => {
      await recall(page, `${jobPath('nightly-invoices')}?at=2026-01-01T00:00:00Z`, 'tbody tr');
      await expect(page.locator('dl').first()).toBeVisible();
    },
  },
  {
    name: 'a tip of the timeline',
    open: async page => {
      await recall(page, jobPath('nightly-invoices'), '[role=slider]');
      await page.getByRole('slider').focus();
      await page.keyboard.press('ArrowLeft');
    },
  },
  {
    name: 'the changes of a job',
    open: page => recall(page, `${jobPath('nightly-invoices')}?tab=changes`, 'ins'),
  },
  {
    name: 'the definition of a job and its menu',
    open: async page => {
      await recall(page, `${jobPath('order-report')}?tab=definition&format=curl`, 'pre');
      await page.locator('button[aria-haspopup=menu]').last().click();
      await expect(page.getByRole('menuitem').first()).toBeVisible();
    },
  },
  {
    name: 'a job without executions',
    open: page => recall(page, `${jobPath('fresh-job')}?state=interrupt`, '[role=tabpanel] button'),
  },
  {
    name: 'an execution with attempts and a comparison',
    open: async page => {
      const id = history().executions['address-import'] ?? '';
      await ended(id);
      await recall(page, `${executionPath(id)}?compare=previous`, '[role=log]');
      await expect(page.locator('h2').nth(1)).toBeVisible();
    },
  },
  {
    name: 'an execution under way and its dialog',
    open: async page => {
      await recall(page, executionPath(await start('segment-copy')), '[role=log]');
      await expect(page.getByRole('log')).toContainText('step 2');
      await page.locator('button[aria-haspopup=dialog]').first().click();
      await dialog(page);
    },
  },
  {
    name: 'an execution on a narrow screen',
    open: async page => {
      await page.setViewportSize(kNarrow);
      await recall(page, executionPath(history().executions['broken-export'] ?? ''), '[role=log]');
    },
  },
];

const operations: View[] = [
  {
    name: 'the cluster',
    open: async (page, own) => {
      await operate(page, own, '/operations');
      await expect(page.getByRole('table')).toHaveCount(2);
    },
  },
  {
    name: 'the cluster for a caller who may not see it',
    open: async (page, own) => {
      await signIn(page, own.reader);
      await visit(page, `${own.page}/operations`);
      await expect(page.getByText(/ecron\.admin/)).toBeVisible();
    },
  },
  {
    name: 'the audit log on a narrow screen',
    open: async (page, own) => {
      await page.setViewportSize(kNarrow);
      await operate(page, own, '/operations?view=audit', 'td button[aria-expanded]');
      await page.locator('td button[aria-expanded]').last().click();
    },
  },
  {
    name: 'dead letters',
    open: (page, own) => operate(page, own, '/operations?view=deadletters', 'tbody tr'),
  },
  {
    name: 'the configuration',
    open: (page, own) => operate(page, own, '/operations?view=configuration', 'h3'),
  },
];

const kGone = '00000000-0000-0000-0000-000000000000';
/// The parts of what does not exist look alike.
const paths = Object.values(
  pathsOf({ failed: kGone, job: kGone, retried: kGone, explained: kGone, at: '2026-01-01T00:00:00Z' }),
).filter(path => !path.includes(`${kGone}?`));
const kSignIn = /\/v1\/(auth|caller)$/;

/// Each path on an empty server, while the server is slow, and when it fails.
const states: View[] = paths.flatMap(path => [
  { name: `${path} of an empty server`, open: page => visit(page, `${address.emptyPage()}${path}`) },
  {
    name: `${path} while it loads`,
    open: async page => {
      await page.route('**/api/**', route =>
        kSignIn.test(route.request().url()) ? route.fallback() : undefined,
      );
      await page.goto(`${address.page()}${path}`);
      await expect(page.locator('main')).toBeVisible();
    },
  },
  {
    name: `${path} of a server that fails`,
    open: async page => {
      const json = { cause: 'Internal error', code: 500009001, message: 'A defect.', detail: null };
      await page.route('**/api/**', route =>
        kSignIn.test(route.request().url()) ? route.fallback() : route.fulfill({ status: 500, json }),
      );
      await visit(page, path);
      await expect(page.getByText(/A defect\.|500/).first()).toBeVisible();
    },
  },
]);

export const views: View[] = [
  ...frame,
  ...signIns,
  ...lists,
  ...editor,
  ...details,
  ...operations,
  ...states,
];
