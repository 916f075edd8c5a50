import type { Schemas } from '../../api/client';
import type { FailingJob, History } from '../../api/newer';
import type { State } from '../../components/StateBadge';
import { type Bucket, emptyBuckets, fill } from '../../components/timeline_model';
import { toMillis } from '../../time/format';
import { type Execution, floorMinute, kLate, kMinute } from './queries';

/// Builds the strip: 60 minutes of executions, the minute that contains the present, and 60 minutes of occurrences.
export function stripBuckets(
  past: Execution[] | History['buckets'],
  forecast: Schemas['Forecast'] | undefined,
  present: number,
): Bucket[] {
  const middle = floorMinute(present);
  const buckets = emptyBuckets(middle - 60 * kMinute, 121, kMinute);
  fill(buckets, past.flatMap(pastEvents));
  return fill(
    buckets,
    (forecast?.buckets ?? []).flatMap(({ at, count }) => {
      const start = toMillis(at);
      return start === null || start <= middle ? [] : [{ at: start, state: 'planned' as const, count }];
    }),
  );
}

const kCounted = ['success', 'abandon', 'interrupt', 'failure', 'executing', 'pending'] as const;

/// Returns what an execution, or a minute of the server's history, adds to the strip.
function pastEvents(
  item: Execution | History['buckets'][number],
): { at: number; state: State; count: number }[] {
  const at = toMillis('at' in item ? item.at : item.begin_at);
  if (at === null) return [];
  if (!('at' in item)) return [{ at, state: item.job_status, count: 1 }];
  return kCounted.filter(state => item[state] > 0).map(state => ({ at, state, count: item[state] }));
}

export type Failing = {
  id: string;
  name: string;
  execution: string;
  reason: string;
  /// Time of the newest failure; since when the job fails, if the server says.
  at: string;
  since: string;
  /// Failures in a row; null if the server does not count them.
  streak: number | null;
  streakComplete: boolean;
  /// Failures among the executions of the last hour that were read.
  recent: number;
};

/// Completes the failing jobs with their newest failure, where the server does not send it along.
export function failingJobs(failing: FailingJob[], failures: Execution[], lastHour: Execution[]): Failing[] {
  return failing.map(job => {
    const latest = failures.find(each => each.job_id === job.job_id);
    return {
      id: job.job_id,
      name: job.job_name,
      execution: job.execute_id ?? latest?.execute_id ?? '',
      reason: job.reason ?? latest?.reason ?? '',
      at: latest?.end_at ?? '',
      since: job.since ?? '',
      streak: job.streak ?? null,
      streakComplete: job.streak_complete ?? true,
      recent: lastHour.filter(each => each.job_id === job.job_id && each.job_status === 'abandon').length,
    };
  });
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
