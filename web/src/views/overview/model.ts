import type { Schemas } from '../../api/client';
import type { State } from '../../components/StateBadge';
import { type Bucket, emptyBuckets, fill } from '../../components/timeline_model';
import { toMillis } from '../../time/format';
import { floorMinute, kMinute } from './queries';

/// Builds the strip: 60 minutes of executions, the minute that contains the present, and 60 minutes of occurrences.
export function stripBuckets(
  past: Schemas['HistoryBucket'][],
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

/// Returns what a minute of the history adds to the strip.
function pastEvents(minute: Schemas['HistoryBucket']): { at: number; state: State; count: number }[] {
  const at = toMillis(minute.at);
  if (at === null) return [];
  return kCounted.filter(state => minute[state] > 0).map(state => ({ at, state, count: minute[state] }));
}
