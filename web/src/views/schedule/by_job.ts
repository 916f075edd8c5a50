import type { Execution } from '../overview/queries';

export type JobRuns = {
  id: string;
  name: string;
  count: number;
  failed: number;
  late: number;
  /// Of the durations of those that have ended; null: none has.
  median: number | null;
};

const kLate = 60_000;

/// Groups executions by job: those with failures first, then those that ran least.
export function byJob(executions: Execution[]): JobRuns[] {
  const groups = new Map<string, Execution[]>();
  for (const execution of executions) {
    const group = groups.get(execution.job_id);
    if (group) group.push(execution);
    else groups.set(execution.job_id, [execution]);
  }
  return [...groups]
    .map(([id, all]) => {
      const durations = all.flatMap(({ duration_ms }) => (duration_ms === null ? [] : [duration_ms ?? 0]));
      durations.sort((a, b) => a - b);
      return {
        id,
        name: all[0]?.job_name ?? '',
        count: all.length,
        failed: all.filter(({ job_status }) => job_status === 'abandon').length,
        late: all.filter(({ lateness_ms }) => (lateness_ms ?? 0) >= kLate).length,
        median: durations[Math.floor(durations.length / 2)] ?? null,
      };
    })
    .sort((a, b) => b.failed - a.failed || a.count - b.count || a.name.localeCompare(b.name));
}
