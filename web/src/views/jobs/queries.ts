import { useInfiniteQuery, useQueries } from '@tanstack/react-query';
import { api, call, callPage, type Schemas } from '../../api/client';
import { keys } from '../../api/keys';
import type { JobOnRequest, LastRun } from '../../api/newer';
import type { State } from '../../components/StateBadge';
import { useLanguage } from '../../i18n';
import type { JobsSearch } from './search';

/// A job of the list. The schedule in words is in the language of the request.
export type Job = Schemas['Job'] & JobOnRequest;

/// What changes with the executions of a job.
export type Activity = {
  state: State;
  at: string;
  execution: string;
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
      callPage<Job>(api.GET('/job', { params: { query: listQuery(search, kPage, pageParam) }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.after ?? undefined,
    placeholderData: before => before,
  });
}

/// The last and next runs of jobs: one request per page of the list, for the pages that are on the screen.
export function useActivity(pages: Job[][]): Map<string, Partial<Activity>> {
  const results = useQueries({
    queries: pages.map(jobs => {
      const ids = jobs.map(job => job.job_id);
      return {
        queryKey: keys.executions.latest(ids),
        queryFn: ({ signal }: { signal: AbortSignal }) => readActivity(ids, signal),
        enabled: ids.length > 0,
        refetchInterval: 60_000,
        placeholderData: (before: [string, Partial<Activity>][] | undefined) => before,
      };
    }),
  });
  return new Map(results.flatMap(({ data }) => data ?? []));
}

async function readActivity(ids: string[], signal: AbortSignal): Promise<[string, Partial<Activity>][]> {
  const query = { job_id: ids, with: 'next,runs' };
  const jobs = await call<Job[]>(api.GET('/job', { params: { query }, signal }));
  if (jobs.some(job => job.last_runs !== undefined))
    return jobs.map(({ job_id, next_run, last_runs = [] }) => [
      job_id,
      { ...stateOf(last_runs[0]), next: next_run, runs: last_runs },
    ]);
  // A server that does not know `with`: the last run only.
  const statuses = await call(api.GET('/jobstatus', { params: { query: { job_id: ids } }, signal }));
  return statuses.map(status => [status.job_id, stateOf(status)]);
}

function stateOf(
  run: Pick<LastRun, 'execute_id' | 'job_status' | 'begin_at'> | undefined,
): Partial<Activity> {
  return run ? { state: run.job_status, at: run.begin_at, execution: run.execute_id } : {};
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
