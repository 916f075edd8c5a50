import type { Schemas } from '../api/client';

type Start = Pick<Schemas['ExecutionSummary'], 'lateness_ms' | 'execute_times'>;

/// From here on a start is called late.
export const kLate = 1_000;

/// Returns by how much the start was late; null: nobody knows. After a retry the server measures from the scheduled
/// time, so that the jitter of the job, which is no lateness, is part of what it says. `jitter`: whether the job has,
/// or may have, one.
export function knownLateness({ lateness_ms, execute_times }: Start, jitter = true): number | null {
  return jitter && execute_times > 1 ? null : lateness_ms;
}

export function isLate(start: Start): boolean {
  return (knownLateness(start) ?? 0) >= kLate;
}
