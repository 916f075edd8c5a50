import type { Schemas } from '../../api/client';
import type { State } from '../../components/StateBadge';
import { type Bucket, emptyBuckets, fill } from '../../components/timeline_model';
import { toMillis } from '../../time/format';
import { type Execution, floorMinute, kLate, kMinute } from './queries';

/// Builds the strip: 60 minutes of executions, the minute that contains the present, and 60 minutes of occurrences.
export function stripBuckets(
  executions: Execution[],
  forecast: Schemas['Forecast'] | undefined,
  present: number,
): Bucket[] {
  const middle = floorMinute(present);
  const buckets = emptyBuckets(middle - 60 * kMinute, 121, kMinute);
  fill(
    buckets,
    executions.flatMap(execution => {
      const at = toMillis(execution.begin_at);
      return at === null ? [] : [{ at, state: execution.job_status as State }];
    }),
  );
  return fill(
    buckets,
    (forecast?.buckets ?? []).flatMap(({ at, count }) => {
      const start = toMillis(at);
      return start === null || start <= middle ? [] : [{ at: start, state: 'planned' as const, count }];
    }),
  );
}

export type Failing = {
  id: string;
  name: string;
  latest: Execution | undefined;
  /// Failures among the executions of the last hour.
  recent: number;
};

/// Joins the failing jobs with their newest failure.
export function failingJobs(
  failing: Schemas['OverviewJob'][],
  failures: Execution[],
  lastHour: Execution[],
): Failing[] {
  return failing.map(({ job_id, job_name }) => ({
    id: job_id,
    name: job_name,
    latest: failures.find(each => each.job_id === job_id),
    recent: lastHour.filter(each => each.job_id === job_id && each.job_status === 'abandon').length,
  }));
}

export function lateExecutions(lastHour: Execution[]): Execution[] {
  return lastHour.filter(each => (each.lateness_ms ?? 0) > kLate);
}

/// Returns the 95th percentile of the durations of a job's recent executions; null if there are fewer than five.
export function usualDuration(job: string, lastHour: Execution[]): number | null {
  const durations = lastHour
    .filter(each => each.job_id === job && each.job_status === 'success' && each.duration_ms !== null)
    .map(each => each.duration_ms ?? 0)
    .sort((a, b) => a - b);
  if (durations.length < 5) return null;
  return durations[Math.ceil(durations.length * 0.95) - 1] ?? null;
}
