import { minuteOfDay } from '../../time/day';

/// A suggestion where to spread load: which jobs of the busiest minute of an hour could move to quieter ones.
export type Minute = { at: number; count: number; jobs: { job_id: string; count: number }[] };
export type Move = { job_id: string; from: number; to: number };
export type Suggestion = { peak: number; before: number; after: number; usual: number; moves: Move[] };

const kMoves = 6;

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/// Returns the number of minutes of the hour in which each job runs.
function minutesOfJobs(minutes: Minute[]): Map<string, number> {
  const result = new Map<string, number>();
  for (const { jobs } of minutes)
    for (const { job_id } of jobs) result.set(job_id, (result.get(job_id) ?? 0) + 1);
  return result;
}

/// Moves jobs that run once in this hour, one after the other, from its busiest minute to its quietest one, while that
/// makes the peak lower. Jobs that run several times in the hour stay: another minute would not make them rarer. Returns
/// null if nothing would be gained. Ties go to the minute nearest to the peak.
export function suggest(minutes: Minute[]): Suggestion | null {
  const counts = minutes.map(({ count }) => count);
  const before = Math.max(0, ...counts);
  const peak = counts.indexOf(before);
  const busiest = minutes[peak];
  if (!busiest) return null;
  const times = minutesOfJobs(minutes);
  const movable = busiest.jobs.filter(({ job_id, count }) => count === 1 && times.get(job_id) === 1);
  const usual = median(counts);
  if (movable.length < 2 || before < usual + 2) return null;

  const moves: Move[] = [];
  // The first one stays: a single job in its minute is no pile.
  for (const { job_id } of movable.slice(1)) {
    if (moves.length >= kMoves) break;
    let best = -1;
    counts.forEach((count, index) => {
      const now = best < 0 ? Number.POSITIVE_INFINITY : (counts[best] ?? 0);
      const nearer = Math.abs(index - peak) < Math.abs(best - peak);
      if (index !== peak && (count < now || (count === now && nearer))) best = index;
    });
    const target = minutes[best];
    if (!target || (counts[best] ?? 0) + 1 >= (counts[peak] ?? 0)) break;
    counts[best] = (counts[best] ?? 0) + 1;
    counts[peak] = (counts[peak] ?? 0) - 1;
    moves.push({ job_id, from: busiest.at, to: target.at });
  }
  if (moves.length === 0) return null;
  return { peak: busiest.at, before, after: Math.max(...counts), usual, moves };
}

/// Returns the expression of a job that runs at minute `from` and shall run at `to`; undefined if its field of the minute is
/// neither one number nor `H`, or if that is another hour in the zone of the job.
export function movedExpression(
  expression: string,
  zone: string,
  from: number,
  to: number,
): string | undefined {
  const fields = expression.trim().split(/\s+/);
  if (fields.length < 5 || fields.length > 7) return undefined;
  const place = fields.length === 5 ? 0 : 1;
  const [old, next] = [minuteOfDay(from, zone), minuteOfDay(to, zone)];
  if (Math.floor(old / 60) !== Math.floor(next / 60)) return undefined;
  const field = fields[place] ?? '';
  if (field !== 'H' && (!/^\d{1,2}$/.test(field) || Number(field) !== old % 60)) return undefined;
  fields[place] = String(next % 60);
  return fields.join(' ');
}

/// Returns the jobs of some minutes with the number of their occurrences, those with the fewest first: jobs that run all
/// the time are known, the others are those that pile up.
export function jobsOf(minutes: Minute[]): Minute['jobs'] {
  const counts = new Map<string, number>();
  for (const { jobs } of minutes)
    for (const { job_id, count } of jobs) counts.set(job_id, (counts.get(job_id) ?? 0) + count);
  return [...counts]
    .map(([job_id, count]) => ({ job_id, count }))
    .sort((a, b) => a.count - b.count || a.job_id.localeCompare(b.job_id));
}
