import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { api, call, callPage, inTurn, type Schemas } from '../../api/client';
import { keys } from '../../api/keys';
import { toMillis } from '../../time/format';
import { type Execution, instant, kMinute } from '../overview/queries';
import type { Point } from './heat';
import type { Minute } from './spread';

const kHour = 3_600_000;
const kPage = 1_000;
/// The API names at most 5,000 jobs: 60 minutes with 80 of them.
const kJobsPerMinute = 80;

type Loaded = { points: Point[]; complete: boolean; loading: boolean; error: unknown; refetch: () => void };

/// The occurrences of the days, one request per day: a schedule of every second is counted up to a day, and the map fills
/// row by row. `from` is the beginning of the first day or later.
export function usePlanned(from: number, days: number[]): Loaded {
  return useQueries({
    queries: days.slice(0, -1).map((day, index) => {
      const range = { from: instant(Math.max(day, from)), to: instant(days[index + 1] ?? day) };
      return {
        queryKey: keys.forecast({ ...range, step: '15m' }),
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          inTurn(() =>
            call(api.GET('/forecast', { params: { query: { ...range, step: '15m', jobs: 1 } }, signal })),
          ),
        staleTime: 300_000,
      };
    }),
    combine: results => ({
      points: results.flatMap(({ data }) => (data?.buckets ?? []).map(toPoint)),
      complete: results.every(({ data }) => data?.complete !== false),
      loading: results.some(({ isPending }) => isPending),
      error: results.find(({ data, error }) => !data && error)?.error ?? null,
      refetch: () => {
        for (const { refetch, isError } of results) if (isError) void refetch();
      },
    }),
  });
}

function toPoint({ at, count }: Schemas['ForecastBucket']): Point {
  return { at: toMillis(at) ?? 0, count, failed: 0, late: 0 };
}

export type Hour = { minutes: Minute[]; complete: boolean };

/// The minutes of an hour with the jobs of each.
export function useHour(from: number | null) {
  const range = { from: instant(from ?? 0), to: instant((from ?? 0) + kHour), step: '1m' };
  return useQuery({
    queryKey: keys.forecast({ ...range, jobs: true }),
    queryFn: async ({ signal }): Promise<Hour> => {
      const query = { ...range, jobs: kJobsPerMinute };
      const { buckets, complete } = await inTurn(() =>
        call(api.GET('/forecast', { params: { query }, signal })),
      );
      return {
        minutes: buckets.map(({ at, count, jobs }) => ({ at: toMillis(at) ?? 0, count, jobs })),
        complete,
      };
    },
    enabled: from !== null,
    staleTime: 300_000,
  });
}

export type Past = { points: Point[]; completeFrom: number };

/// The executions of the days, counted in quarters of an hour.
export function usePast(days: number[]) {
  const from = days[0] ?? 0;
  const to = days[days.length - 1] ?? 0;
  return useQuery({
    queryKey: keys.history({ from, to, step: '15m' }),
    queryFn: async ({ signal }): Promise<Past> => {
      const query = { from: instant(from), to: instant(to), step: '15m' };
      const history = await call(api.GET('/history', { params: { query }, signal }));
      return {
        completeFrom: toMillis(history.complete_from) ?? from,
        points: history.buckets.map(each => ({
          at: toMillis(each.at) ?? 0,
          count: each.success + each.abandon + each.interrupt + each.failure + each.executing,
          failed: each.abandon,
          late: each.late,
        })),
      };
    },
    refetchInterval: kMinute,
    staleTime: 30_000,
  });
}

/// The executions of a cell of the past, at most 1,000, newest first.
export function useCellExecutions(range: { from: number; to: number } | null) {
  const query = {
    begin_at: instant(range?.from ?? 0),
    // The API's end is inclusive.
    end_at: instant((range?.to ?? 1_000) - 1_000),
    limit: kPage,
  };
  return useQuery({
    queryKey: keys.history({ executions: query }),
    queryFn: ({ signal }) => callPage<Execution>(api.GET('/jobexecution', { params: { query }, signal })),
    enabled: range !== null,
    staleTime: 30_000,
  });
}

/// Records of missed occurrences, newest first, of a job or of all.
export function useMissedRecords(since: number, job: string | undefined) {
  const limits = { begin_at: instant(since), limit: 50, ...(job ? { job_id: job } : {}) };
  return useInfiniteQuery({
    queryKey: keys.missed({ list: limits }),
    queryFn: ({ pageParam, signal }) => {
      const query = { ...limits, ...(pageParam ? { after: pageParam } : {}) };
      return callPage<Schemas['Missed']>(api.GET('/missed', { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: last => last.after,
    refetchInterval: 30_000,
  });
}
