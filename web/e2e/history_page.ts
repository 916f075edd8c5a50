import { expect, type Page } from '@playwright/test';
import { test as base, type Look, look } from './page';

type Setting = {
  page: string;
  api: string;
  token: string;
  ids: Record<string, string>;
  executions: Record<string, string>;
};

/// The server with tokens, commands and three days of executions.
export function history(): Setting {
  return JSON.parse(process.env.ECRON_HISTORY ?? '{}');
}

export const jobPath = (name: string) => `${history().page}/jobs/${history().ids[name]}`;
export const executionPath = (id: string) => `${history().page}/executions/${id}`;

/// Calls the API of that server.
export async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const init: RequestInit = { method, headers: { Authorization: `Bearer ${history().token}` } };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch(`${history().api}${path}`, init);
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as Answer;
}

/// Starts a job of the server and returns the id of the execution.
export async function start(name: string): Promise<string> {
  const body = { job_id: history().ids[name] };
  return (await ask<{ execute_id: string }>('POST', '/jobexecution', body)).execute_id;
}

/// Waits until an execution is in a terminal state.
export async function ended(id: string): Promise<string> {
  for (let tries = 0; tries < 300; tries++) {
    const { job_status } = await ask<{ job_status: string }>('GET', `/jobexecution/${id}`);
    if (['success', 'abandon', 'interrupt'].includes(job_status)) return job_status;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(`${id} did not end`);
}

export async function signedIn(page: Page, preferences: Look = {}): Promise<void> {
  await look(page, { zone: 'job', ...preferences });
  await signIn(page, history().token);
}

/// Opens the pages that follow with a token.
export async function signIn(page: Page, token: string): Promise<void> {
  await page.addInitScript(value => sessionStorage.setItem('ecron.token', value), token);
}

/// A test whose page is signed in to that server.
export const test = base.extend({
  page: async ({ page }, use) => {
    await signedIn(page);
    await use(page);
  },
});
export { expect };
