import { useInfiniteQuery, useQueries } from '@tanstack/react-query';
import { api, call, callPage, type Schemas } from '../../api/client';
import { keys } from '../../api/keys';
import type { State } from '../../components/StateBadge';
import type { JobsSearch } from './search';

/// A job as the list shows it. The members of `Extras` come with `GET /job?with=…`; a server that does not know that
/// parameter leaves them out, and the columns that need them stay hidden.
export type Run = { job_status: State; duration_ms: number | null };
type Extras = { description?: { en: string; zh: string }; next?: string; runs?: Run[] };
export type Job = Schemas['Job'] & Extras;

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
    with: 'description,next,runs',
  };
}

export function useJobs(search: JobsSearch) {
  return useInfiniteQuery({
    queryKey: keys.jobs.list(search),
    queryFn: ({ pageParam, signal }) =>
      callPage<Job>(api.GET('/job', { params: { query: listQuery(search, kPage, pageParam) }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.after ?? undefined,
    placeholderData: before => before,
  });
}

/// The latest executions of jobs: one request per page of the list, for the pages that are on the screen.
export function useLatest(pages: Job[][]): Map<string, Schemas['Status']> {
  const results = useQueries({
    queries: pages.map(jobs => {
      const ids = jobs.map(job => job.job_id);
      return {
        queryKey: keys.executions.latest(ids),
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          call(api.GET('/jobstatus', { params: { query: { job_id: ids } }, signal })),
        enabled: ids.length > 0,
        placeholderData: (before: Schemas['Status'][] | undefined) => before,
      };
    }),
  });
  const latest = new Map<string, Schemas['Status']>();
  for (const { data } of results) for (const status of data ?? []) latest.set(status.job_id, status);
  return latest;
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
