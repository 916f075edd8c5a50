import { useQuery } from '@tanstack/react-query';
import { ApiError, api, call, callPage, inTurn, type Schemas } from '../../api/client';
import { keys } from '../../api/keys';
import { getIfKnown, type History, type Overview } from '../../api/newer';
import { now } from '../../time/clock';

const kHour = 3_600_000;
export const kMinute = 60_000;
/// A start later than this is listed as late.
export const kLate = 30_000;

export type Execution = Schemas['ExecutionSummary'];

/// RFC 3339 in whole seconds, as the API's parameters expect it.
export function instant(millis: number): string {
  return new Date(millis).toISOString().replace(/\.\d+Z/, 'Z');
}

export function floorMinute(millis: number): number {
  return Math.floor(millis / kMinute) * kMinute;
}

export function useOverview() {
  return useQuery({
    queryKey: keys.overview,
    queryFn: ({ signal }) =>
      inTurn(() => call<Overview>(api.GET('/overview', { params: { query: { next: 8 } }, signal }))),
    refetchInterval: 30_000,
  });
}

/// The newest executions of the last hour, at most 1,000. They are read at an interval and not with each event: the page
/// of a busy server would read them all the time.
export function useLastHour(counted: boolean) {
  return useQuery({
    queryKey: keys.history({ last: 'hour' }),
    queryFn: async ({ signal }) => {
      const from = floorMinute(now()) - kHour;
      const query = { begin_at: instant(from), limit: 1_000 };
      return callPage<Execution>(api.GET('/jobexecution', { params: { query }, signal }));
    },
    // Late executions and usual durations are taken from it; the strip only if the server does not count.
    refetchInterval: counted ? 30_000 : 10_000,
  });
}

/// The executions of the last hour by minute and state; null if the server does not count them.
export function useHistory() {
  return useQuery({
    queryKey: keys.history({ counts: 'hour' }),
    queryFn: ({ signal }) => {
      const from = floorMinute(now()) - kHour;
      const to = floorMinute(now()) + kMinute;
      return getIfKnown<History>(`/history?from=${instant(from)}&to=${instant(to)}&step=1m`, signal);
    },
    refetchInterval: query => (query.state.data === null ? false : 5_000),
  });
}

export function useNextHour() {
  return useQuery({
    queryKey: keys.forecast({ next: 'hour' }),
    queryFn: ({ signal }) => {
      // The minute that contains the present is shown with what has happened in it so far.
      const from = floorMinute(now()) + kMinute;
      const query = { from: instant(from), to: instant(from + kHour), step: '1m', jobs: 3 };
      return inTurn(() => call(api.GET('/forecast', { params: { query }, signal })));
    },
    refetchInterval: kMinute,
  });
}

/// The newest failures, from which the errors of failing jobs are taken.
export function useFailures(enabled: boolean) {
  return useQuery({
    queryKey: keys.executions.list({ state: 'abandon', limit: 200 }),
    queryFn: ({ signal }) =>
      call(api.GET('/jobexecution', { params: { query: { state: 'abandon', limit: 200 } }, signal })),
    enabled,
  });
}

export function useRunning() {
  return useQuery({
    queryKey: keys.executions.list({ state: 'executing', limit: 50 }),
    queryFn: ({ signal }) =>
      call(api.GET('/jobexecution', { params: { query: { state: 'executing', limit: 50 } }, signal })),
  });
}

export function useMissed() {
  return useQuery({
    queryKey: keys.missed({ last: 'day' }),
    queryFn: ({ signal }) => {
      const query = { begin_at: instant(now() - 24 * kHour), limit: 20 };
      return call(api.GET('/missed', { params: { query }, signal }));
    },
    refetchInterval: 30_000,
  });
}

/// The cluster; null if the caller may not see it.
export function useCluster() {
  return useQuery({
    queryKey: keys.cluster,
    queryFn: async ({ signal }) => {
      try {
        return await call(api.GET('/cluster', { signal }));
      } catch (error) {
        if (error instanceof ApiError && error.status === 403) return null;
        throw error;
      }
    },
    refetchInterval: 15_000,
  });
}

export const kDeadLetters = 100;

export function useDeadLetters() {
  return useQuery({
    queryKey: keys.deadLetters({ limit: kDeadLetters }),
    queryFn: ({ signal }) =>
      call(api.GET('/deadletter', { params: { query: { limit: kDeadLetters } }, signal })),
    refetchInterval: 60_000,
  });
}

/// Jobs by their ids, in one request, to name what the API only numbers.
export function useJobsById(ids: string[]) {
  const sorted = [...new Set(ids)].sort();
  return useQuery({
    queryKey: keys.jobs.named(sorted),
    queryFn: async ({ signal }) => {
      const query = { job_id: sorted };
      const jobs = await call(api.GET('/job', { params: { query }, signal }));
      return new Map(jobs.map(job => [job.job_id, job]));
    },
    enabled: sorted.length > 0,
    staleTime: 60_000,
    placeholderData: before => before,
  });
}
