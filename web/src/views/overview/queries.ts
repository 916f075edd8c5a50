import { useQuery } from '@tanstack/react-query';
import { ApiError, api, call, inTurn, type Schemas } from '../../api/client';
import { keys } from '../../api/keys';
import { now } from '../../time/clock';

const kHour = 3_600_000;
export const kMinute = 60_000;
/// A start this much after the due time, or more, is late, as in `late` of the overview.
export const kLate = 60_000;

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
      inTurn(() => call(api.GET('/overview', { params: { query: { next: 8 } }, signal }))),
    refetchInterval: 30_000,
  });
}

/// The executions of the last hour by minute and state.
export function useHistory() {
  return useQuery({
    queryKey: keys.history({ counts: 'hour' }),
    queryFn: ({ signal }) => {
      const from = instant(floorMinute(now()) - kHour);
      const query = { from, to: instant(floorMinute(now()) + kMinute), step: '1m' };
      return call(api.GET('/history', { params: { query }, signal }));
    },
    refetchInterval: 5_000,
  });
}

/// The late ones among the newest executions of the last hour; `count` is how many the overview knows.
export function useLate(count: number | undefined) {
  const query = useQuery({
    queryKey: keys.history({ late: 'hour' }),
    queryFn: async ({ signal }) => {
      const query = { begin_at: instant(floorMinute(now()) - kHour), limit: 1_000 };
      return lateExecutions(await call(api.GET('/jobexecution', { params: { query }, signal })));
    },
    enabled: Boolean(count),
    refetchInterval: 30_000,
  });
  return count === 0 ? { ...query, data: kNone } : query;
}
const kNone: Execution[] = [];

/// The executions that began late. A retry is not late.
export function lateExecutions(executions: Execution[]): Execution[] {
  return executions.filter(each => each.execute_times === 1 && (each.lateness_ms ?? 0) >= kLate);
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
