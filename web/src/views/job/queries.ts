import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, call, callPage, type Page, type Schemas } from '../../api/client';
import { keys } from '../../api/keys';
import { onEvent } from '../../api/live';
import { now } from '../../time/clock';
import { lengths, type Range } from './axis';
import type { JobSearch, Window } from './search';

export type Job = Schemas['Job'];
export type Execution = Schemas['ExecutionSummary'];

/// The API returns at most this many rows per page.
export const kMost = 1_000;
const kRuns = 50;
const kChanges = 20;

/// RFC 3339 in whole seconds, as the API's parameters expect it.
export function instant(millis: number): string {
  return new Date(millis).toISOString().replace(/\.\d+Z/, 'Z');
}

export function useJob(id: string) {
  return useQuery({
    queryKey: keys.job(id),
    queryFn: ({ signal }) => call(api.GET('/job/{job_id}', { params: { path: { job_id: id } }, signal })),
  });
}

/// The schedule in words, the zone and the next occurrences.
export function useNextRuns(id: string, count = 5) {
  return useQuery({
    queryKey: keys.ofJob(id, 'next', { count }),
    queryFn: ({ signal }) => {
      const params = { path: { job_id: id }, query: { count } };
      return call(api.GET('/job/{job_id}/next', { params, signal }));
    },
    refetchInterval: query => {
      // Just after the next occurrence, but not more often than every two seconds.
      const next = Date.parse(query.state.data?.next[0] ?? '');
      return Number.isNaN(next) ? 60_000 : Math.min(60_000, Math.max(2_000, next - now() + 1_000));
    },
  });
}

/// The newest executions of a range by their begin. Executions of the past do not change with events of other jobs:
/// useJobEvents says when to read again.
export function useRange(id: string, range: Range, following: Window | null) {
  return useQuery({
    queryKey: ['history', 'job', id, following ?? range],
    queryFn: async ({ signal }): Promise<Page<Execution>> => {
      const from = following ? now() - lengths[following] : range.from;
      const query = {
        job_id: id,
        begin_at: instant(from),
        limit: kMost,
        ...(following ? {} : { end_at: instant(range.to) }),
      };
      return callPage<Execution>(api.GET('/jobexecution', { params: { query }, signal }));
    },
    placeholderData: before => before,
  });
}

/// The occurrences of a range that are still to come, at most kMost.
export function usePlanned(id: string, from: number, enabled: boolean) {
  return useQuery({
    queryKey: keys.ofJob(id, 'planned', { from: instant(from) }),
    queryFn: ({ signal }) => {
      const params = { path: { job_id: id }, query: { count: kMost, from: instant(from) } };
      return call(api.GET('/job/{job_id}/next', { params, signal }));
    },
    enabled,
    placeholderData: before => before,
    gcTime: 30_000,
  });
}

export function useMissedOf(id: string, range: Range) {
  return useQuery({
    queryKey: keys.missed({ job: id, ...range }),
    queryFn: ({ signal }) => {
      const query = { job_id: id, begin_at: instant(range.from), end_at: instant(range.to), limit: 200 };
      return call(api.GET('/missed', { params: { query }, signal }));
    },
    placeholderData: before => before,
    gcTime: 30_000,
  });
}

export function useExplanation(id: string, at: string) {
  return useQuery({
    queryKey: keys.ofJob(id, 'explain', { at }),
    queryFn: ({ signal }) => {
      const params = { path: { job_id: id }, query: { at } };
      return call(api.GET('/job/{job_id}/explain', { params, signal }));
    },
    staleTime: 0,
  });
}

export function useRuns(id: string, state: JobSearch['state']) {
  return useInfiniteQuery({
    queryKey: ['history', 'job', id, 'runs', state ?? ''],
    queryFn: ({ pageParam, signal }) => {
      const query = {
        job_id: id,
        limit: kRuns,
        ...(state ? { state } : {}),
        ...(pageParam ? { after: pageParam } : {}),
      };
      return callPage<Execution>(api.GET('/jobexecution', { params: { query }, signal }));
    },
    initialPageParam: '',
    getNextPageParam: page => page.after ?? undefined,
    placeholderData: before => before,
  });
}

export function useChanges(id: string) {
  return useInfiniteQuery({
    queryKey: keys.audit({ object: id }),
    queryFn: ({ pageParam, signal }) => {
      const query = { object: id, limit: kChanges, ...(pageParam ? { after: pageParam } : {}) };
      return callPage<Schemas['Audit']>(api.GET('/audit', { params: { query }, signal }));
    },
    initialPageParam: '',
    getNextPageParam: page => page.after ?? undefined,
  });
}

/// Reads the executions of a job again when one of them changes, at most once per interval.
export function useJobEvents(id: string): void {
  const client = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onEvent(({ event, data }) => {
      const ours = event === 'lost' || ((event === 'execution' || event === 'job') && data.includes(id));
      if (!ours || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: ['history', 'job', id] });
        if (event === 'job') void client.invalidateQueries({ queryKey: keys.audit({ object: id }) });
      }, 1_000);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client, id]);
}
