import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { expireSession, token } from '../auth/session';
import { kPrefix } from './client';
import { EventParser, type ServerEvent } from './event_parser';

/// The one event stream of the page. It invalidates the queries that an event concerns, at most once per kInterval, and
/// reconnects with a back-off. Events are hints to read again, as docs/api.md says; `lost` invalidates everything.
/// `limited`: the server has no stream to spare, and everything is read again at intervals.
export type LiveState = 'connecting' | 'live' | 'limited' | 'offline';

const kInterval = 2_000;
const kMaxWait = 30_000;
/// The server sends a comment every 15 s; without one for longer the connection is considered dead.
const kSilence = 40_000;

let state: LiveState = 'connecting';
const watchers = new Set<() => void>();
const listeners = new Set<(event: ServerEvent) => void>();

function setState(next: LiveState): void {
  if (next === state) return;
  state = next;
  for (const watcher of watchers) watcher();
}

export function useLive(): LiveState {
  return useSyncExternalStore(
    watcher => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => state,
  );
}

/// Calls `listener` for every event, until the returned function is called.
export function onEvent(listener: (event: ServerEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/// Returns the keys of the queries that an event makes stale; null: all.
export function staleKeys({ event, data }: ServerEvent): string[][] | null {
  if (event === 'lost') return null;
  let body: Record<string, unknown> = {};
  try {
    body = JSON.parse(data);
  } catch {
    return [];
  }
  switch (event) {
    case 'execution':
      return [['executions'], ['execution', String(body.execute_id)], ['overview']];
    case 'job':
      return [['jobs'], ['job', String(body.job_id)], ['overview'], ['forecast']];
    case 'scheduling':
      return [['scheduling'], ['overview']];
    case 'cluster':
      return [['cluster']];
    default:
      return [];
  }
}

/// Collects keys and invalidates them together, so that a thousand events per second are one refetch per interval.
class Invalidation {
  private pending = new Map<string, string[]>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: QueryClient) {}

  add(keys: string[][] | null): void {
    for (const key of keys ?? [[]]) this.pending.set(JSON.stringify(key), key);
    this.timer ??= setTimeout(() => this.flush(), kInterval);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private flush(): void {
    const all = this.pending.has('[]');
    const keys = all ? [[]] : [...this.pending.values()];
    this.pending.clear();
    this.timer = undefined;
    for (const queryKey of keys) void this.client.invalidateQueries({ queryKey });
  }
}

/// Keeps the stream open until the returned function is called.
export function follow(client: QueryClient): () => void {
  const invalidation = new Invalidation(client);
  let stopped = false;
  let abort = new AbortController();
  let wake: (() => void) | undefined;
  let last = '';
  let wait = 0;
  let limited = false;

  async function read(): Promise<void> {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    const bearer = token();
    if (bearer) headers.Authorization = `Bearer ${bearer}`;
    if (last) headers['Last-Event-ID'] = last;
    const response = await fetch(`${kPrefix}/events`, { headers, signal: abort.signal });
    if (response.status === 401) expireSession(headers.Authorization ?? null);
    if (response.status === 429) {
      limited = true;
      return;
    }
    limited = false;
    if (!response.ok || !response.body) throw new Error(`events: ${response.status}`);
    const reconnected = wait > 0 && last === '';
    setState('live');
    wait = 0;
    if (reconnected) invalidation.add(null);
    const parser = new EventParser(event => {
      if (event.id) last = event.id;
      invalidation.add(staleKeys(event));
      for (const listener of listeners) listener(event);
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const silence = setTimeout(() => abort.abort(), kSilence);
      const { done, value } = await reader.read().finally(() => clearTimeout(silence));
      if (done) return;
      parser.push(value);
    }
  }

  async function run(): Promise<void> {
    while (!stopped) {
      await read().catch(() => {
        limited = false;
      });
      if (stopped) return;
      if (limited) invalidation.add(null);
      setState(limited ? 'limited' : navigator.onLine && wait === 0 ? 'connecting' : 'offline');
      wait = Math.min(kMaxWait, Math.max(1_000, wait * 2));
      await new Promise<void>(resolve => {
        wake = resolve;
        setTimeout(resolve, wait * (0.75 + Math.random() / 2));
      });
      abort = new AbortController();
    }
  }

  const online = () => wake?.();
  window.addEventListener('online', online);
  void run();
  return () => {
    stopped = true;
    window.removeEventListener('online', online);
    invalidation.stop();
    abort.abort();
    wake?.();
  };
}
