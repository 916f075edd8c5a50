import { useInfiniteQuery, useQueries } from '@tanstack/react-query';
import { api, call, callPage, type Schemas } from '../../api/client';
import { keys } from '../../api/keys';
import { useLanguage } from '../../i18n';
import type { JobsSearch } from './search';

export type Job = Schemas['Job'];
type LastRun = Schemas['LastRun'];

/// What changes with the executions of a job. Without a last run it has no state.
export type Activity = {
  last: LastRun | undefined;
  next: string | null | undefined;
  runs: LastRun[];
};

export const kPage = 100;

/// The query of `GET /job` for what the address names.
export function listQuery(search: JobsSearch, limit: number, after?: string) {
  return {
    limit,
    after,
    search: search.search,
    state: search.state,
    enabled: search.enabled === undefined ? undefined : search.enabled === 'true',
    mode: search.mode,
    job_type: search.type,
    label: search.label,
    sort: search.sort,
    tenant: search.tenant,
    with: 'words',
  };
}

export function useJobs(search: JobsSearch) {
  const language = useLanguage();
  return useInfiniteQuery({
    queryKey: keys.jobs.list({ ...search, language }),
    queryFn: ({ pageParam, signal }) =>
      callPage(api.GET('/job', { params: { query: listQuery(search, kPage, pageParam) }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.after ?? undefined,
    placeholderData: before => before,
  });
}

/// The last and next runs of jobs: one request per page of the list, for the pages that are on the screen.
export function useActivity(pages: Job[][]): Map<string, Activity> {
  const results = useQueries({
    queries: pages.map(jobs => {
      const ids = jobs.map(job => job.job_id);
      return {
        queryKey: keys.executions.latest(ids),
        queryFn: ({ signal }: { signal: AbortSignal }) => readActivity(ids, signal),
        enabled: ids.length > 0,
        refetchInterval: 60_000,
        placeholderData: (before: [string, Activity][] | undefined) => before,
      };
    }),
  });
  return new Map(results.flatMap(({ data }) => data ?? []));
}

async function readActivity(ids: string[], signal: AbortSignal): Promise<[string, Activity][]> {
  const query = { job_id: ids, with: 'next,runs' };
  const jobs = await call(api.GET('/job', { params: { query }, signal }));
  return jobs.map(({ job_id, next_run, last_runs = [] }) => [
    job_id,
    { last: last_runs[0], next: next_run, runs: last_runs },
  ]);
}

/// Returns the ids of all jobs that match, page by page; `progress` hears how many are known so far.
export async function collectIds(
  search: JobsSearch,
  limit: number,
  progress: (count: number) => void,
): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const query = { ...listQuery(search, 1_000, after), with: undefined };
    const page = await callPage(api.GET('/job', { params: { query } }));
    ids.push(...page.rows.map(job => job.job_id));
    after = page.after ?? undefined;
    progress(ids.length);
  } while (after && ids.length < limit);
  return ids.slice(0, limit);
}
