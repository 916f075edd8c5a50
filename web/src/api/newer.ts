import { token } from '../auth/session';
import { language } from '../i18n';
import { kPrefix, type Schemas } from './client';

/// Parts of the API that the server's document may not describe yet: GET /caller, GET /history, the parameter `with` of
/// GET /job, and members of GET /overview. The page uses them where the server has them. Once the document has them, the
/// generated types replace this file.

export type LastRun = {
  execute_id: string;
  job_status: Schemas['JobStatus'];
  begin_at: string;
  duration_ms: number | null;
  lateness_ms: number | null;
};

export type JobOnRequest = {
  schedule_words?: string;
  next_run?: string | null;
  last_runs?: LastRun[];
};

/// Older servers send the id and the name only.
export type FailingJob = Pick<Schemas['OverviewJob'], 'job_id' | 'job_name'> &
  Partial<Schemas['OverviewJob']>;

export type RunningExecution = {
  execute_id: string;
  job_id: string;
  job_name: string;
  begin_at: string;
  p95_ms: number | null;
};

export type Overview = Omit<Schemas['Overview'], 'failing'> & {
  failing: FailingJob[];
  executing?: RunningExecution[];
  late?: number;
  missed?: number;
  dead_letters?: number;
};

type Counts = Record<'success' | 'abandon' | 'interrupt' | 'failure' | 'executing' | 'pending', number>;
export type History = { complete_from: string; buckets: (Counts & { at: string; late: number })[] };

export type Caller = { subject: string; tenant_id: string; permissions: string[] };

/// Returns the answer of a route, or null if the server does not have it or does not answer.
export async function getIfKnown<Answer>(path: string, signal?: AbortSignal): Promise<Answer | null> {
  const headers: Record<string, string> = { 'Accept-Language': language() };
  const bearer = token();
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  const response = await fetch(`${kPrefix}${path}`, { headers, signal: signal ?? null });
  return response.ok ? ((await response.json()) as Answer) : null;
}
