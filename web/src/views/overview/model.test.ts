import { expect, test } from 'vitest';
import { failingJobs, lateExecutions, stripBuckets, usualDuration } from './model';
import type { Execution } from './queries';

const present = Date.parse('2026-01-05T10:00:30Z');

function execution(change: Partial<Execution>): Execution {
  return {
    execute_id: 'e',
    job_id: 'j',
    job_name: 'job',
    job_type: 'scheduled',
    job_status: 'success',
    trigger: 'schedule',
    scheduled_at: '2026-01-05T09:59:00.000Z',
    begin_at: '2026-01-05T09:59:00.000Z',
    end_at: '2026-01-05T09:59:01.000Z',
    duration_ms: 1_000,
    lateness_ms: 0,
    execute_times: 1,
    executor_id: 'node',
    reason: '',
    tenant_id: 'tenant',
    ...change,
  };
}

test('the strip has the present in the middle, executions before and occurrences after it', () => {
  const buckets = stripBuckets(
    [execution({}), execution({ job_status: 'abandon', begin_at: '2026-01-05T09:59:59.000Z' })],
    {
      from: '2026-01-05T10:00:00.000Z',
      to: '2026-01-05T11:00:00.000Z',
      step: '1m',
      complete: true,
      total: 7,
      buckets: [{ at: '2026-01-05T10:01:00.000Z', count: 7, jobs: [] }],
    },
    present,
  );
  expect(buckets).toHaveLength(121);
  expect(buckets[59]?.counts).toEqual({ success: 1, abandon: 1 });
  expect(buckets[60]?.from).toBe(Date.parse('2026-01-05T10:00:00Z'));
  expect(buckets[61]?.counts).toEqual({ planned: 7 });
});

test('a failing job has its newest failure and the number of failures in the last hour', () => {
  const failures = [
    execution({ execute_id: 'new', job_status: 'abandon' }),
    execution({ execute_id: 'old' }),
  ];
  const [job] = failingJobs([{ job_id: 'j', job_name: 'job' }], failures, [
    failures[0] as Execution,
    execution({}),
  ]);
  expect(job).toMatchObject({ id: 'j', recent: 1, execution: 'new', streak: null });
});

test('executions that began more than 30 s after their due time are late', () => {
  expect(
    lateExecutions([execution({ lateness_ms: 30_000 }), execution({ lateness_ms: 30_001 })]),
  ).toHaveLength(1);
});

test('the usual duration needs five successes', () => {
  const of = (durations: number[]) => durations.map(duration_ms => execution({ duration_ms }));
  expect(usualDuration('j', of([1, 2, 3, 4]))).toBeNull();
  expect(usualDuration('j', of([5, 1, 2, 3, 4]))).toBe(5);
  expect(usualDuration('other', of([5, 1, 2, 3, 4]))).toBeNull();
});

test('what the server says about a failing job is preferred', () => {
  const said = { job_id: 'j', job_name: 'job', execute_id: 'e1', reason: 'HTTP status 500', streak: 20 };
  const [job] = failingJobs([{ ...said, streak_complete: false }], [], []);
  expect(job).toMatchObject({
    execution: 'e1',
    reason: 'HTTP status 500',
    streak: 20,
    streakComplete: false,
  });
});

test('the strip takes the counts of the server', () => {
  const none = { success: 0, abandon: 0, interrupt: 0, failure: 0, executing: 0, pending: 0, late: 0 };
  const [last] = stripBuckets(
    [{ ...none, at: '2026-01-05T09:59:00.000Z', success: 7, abandon: 2 }],
    undefined,
    present,
  ).slice(59, 60);
  expect(last?.counts).toEqual({ success: 7, abandon: 2 });
});
