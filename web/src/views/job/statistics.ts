import type { Schemas } from '../../api/client';
import { knownLateness } from '../../components/lateness';

type Execution = Pick<
  Schemas['ExecutionSummary'],
  'job_status' | 'duration_ms' | 'lateness_ms' | 'execute_times'
>;

export type Quantiles = { p50: number; p95: number; p99: number };
export type Bin = { from: number; to: number | null; count: number };
export type Statistics = {
  success: number;
  failed: number;
  interrupted: number;
  /// Share of successes among those that succeeded or failed; null: none did.
  rate: number | null;
  duration: Quantiles | null;
  lateness: Quantiles | null;
  bins: Bin[];
};

/// Returns the smallest value that at least `share` of the sorted values do not exceed (nearest rank).
export function quantile(sorted: number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[Math.min(rank, sorted.length) - 1] ?? 0;
}

function quantiles(values: number[]): Quantiles | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), p99: quantile(sorted, 0.99) };
}

/// 1, 2, 5, 10, 20, 50 … milliseconds up to seconds, then limits that people name in minutes and hours.
const kLimits = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 20e3, 30e3, 60e3, 120e3, 300e3, 600e3, 1_200e3,
  1_800e3, 3_600e3, 7_200e3, 14_400e3, 28_800e3, 86_400e3,
];

/// Counts durations into bins whose limits grow with the durations; only those from the least to the greatest exist, and
/// at least three, so that one value does not fill the chart.
export function histogram(values: number[]): Bin[] {
  if (values.length === 0) return [];
  const indexOf = (value: number) => {
    const found = kLimits.findIndex(limit => value < limit);
    return found < 0 ? kLimits.length : found;
  };
  const indexes = values.map(indexOf);
  let first = Math.min(...indexes);
  let last = Math.max(...indexes);
  while (last - first < 2) {
    if (last < kLimits.length) last++;
    if (last - first < 2 && first > 0) first--;
  }
  const bins: Bin[] = [];
  for (let index = first; index <= last; index++)
    bins.push({ from: kLimits[index - 1] ?? 0, to: kLimits[index] ?? null, count: 0 });
  for (const index of indexes) {
    const bin = bins[index - first];
    if (bin) bin.count++;
  }
  return bins;
}

/// Durations are those of executions that succeeded or failed; an interrupted one has no duration of its own.
export function statisticsOf(executions: Execution[], jitter: boolean): Statistics {
  const of = (state: string) => executions.filter(({ job_status }) => job_status === state);
  const success = of('success');
  const failed = of('abandon');
  const durations = [...success, ...failed].flatMap(({ duration_ms }) => duration_ms ?? []);
  const lateness = executions.flatMap(execution => knownLateness(execution, jitter) ?? []);
  const outcomes = success.length + failed.length;
  return {
    success: success.length,
    failed: failed.length,
    interrupted: of('interrupt').length,
    rate: outcomes === 0 ? null : success.length / outcomes,
    duration: quantiles(durations),
    lateness: quantiles(lateness),
    bins: histogram(durations),
  };
}
