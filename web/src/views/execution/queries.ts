import { useQuery } from '@tanstack/react-query';
import { api, call, type Schemas } from '../../api/client';
import { keys } from '../../api/keys';
import { toMillis } from '../../time/format';
import type { Comparison } from './search';

export type Execution = Schemas['Execution'];
export type Summary = Schemas['ExecutionSummary'];
export type Attempt = Schemas['Attempt'];
export type Job = Schemas['Job'];

const kPrevious = 5;

export function useExecution(id: string) {
  return useQuery({
    queryKey: keys.execution(id),
    queryFn: ({ signal }) =>
      call(api.GET('/jobexecution/{execute_id}', { params: { path: { execute_id: id } }, signal })),
  });
}

/// The definition of the job now; null: it was deleted.
export function useJobOf(execution: Execution) {
  return useQuery({
    queryKey: keys.job(execution.job_id),
    queryFn: ({ signal }) =>
      call(api.GET('/job/{job_id}', { params: { path: { job_id: execution.job_id } }, signal })),
  });
}

/// The executions of the job that began before, newest first.
export function usePrevious(execution: Execution) {
  const { execute_id, job_id, begin_at } = execution;
  return useQuery({
    queryKey: [...keys.execution(execute_id), 'previous', execution.job_status],
    queryFn: async ({ signal }) => {
      const query = { job_id, limit: 50, ...(begin_at ? { end_at: begin_at } : {}) };
      const rows = await call(api.GET('/jobexecution', { params: { query }, signal }));
      const index = rows.findIndex(row => row.execute_id === execute_id);
      return rows.slice(index + 1, index + 1 + kPrevious);
    },
    staleTime: 60_000,
  });
}

/// Who asked for the execution and who cancelled it, from the audit log.
export function useRequests(id: string) {
  return useQuery({
    queryKey: keys.audit({ object: id }),
    queryFn: ({ signal }) =>
      call(api.GET('/audit', { params: { query: { object: id, limit: 10 } }, signal })),
    staleTime: 60_000,
  });
}

/// The execution to compare with; null: none is kept.
export function useOther(execution: Execution, comparison: Comparison, previous: Summary[] | undefined) {
  return useQuery({
    queryKey: [...keys.execution(execution.execute_id), 'other', comparison],
    queryFn: async ({ signal }): Promise<Execution | null> => {
      let row = previous?.find(({ begin_at }) => begin_at !== '') ?? null;
      if (comparison === 'success') {
        const { job_id, begin_at } = execution;
        const query = {
          job_id,
          state: 'success' as const,
          limit: kPrevious,
          ...(begin_at ? { end_at: begin_at } : {}),
        };
        const rows = await call(api.GET('/jobexecution', { params: { query }, signal }));
        row = rows.find(each => isBefore(each, execution)) ?? null;
      }
      if (!row) return null;
      const params = { path: { execute_id: row.execute_id } };
      return call(api.GET('/jobexecution/{execute_id}', { params, signal }));
    },
    enabled: previous !== undefined,
    staleTime: 60_000,
  });
}

function isBefore(row: Summary, execution: Execution): boolean {
  if (row.execute_id === execution.execute_id) return false;
  const first = toMillis(execution.attempts[0]?.begin_at) ?? toMillis(execution.begin_at) ?? 0;
  return (toMillis(row.begin_at) ?? 0) <= first;
}
