import { expect, test } from 'vitest';
import { stripBuckets } from './model';
import { type Execution, lateExecutions } from './queries';

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

const none = { success: 0, abandon: 0, interrupt: 0, failure: 0, executing: 0, pending: 0, late: 0 };

test('the strip has the present in the middle, executions before and occurrences after it', () => {
  const buckets = stripBuckets(
    [
      { ...none, at: '2026-01-05T09:59:00.000Z', success: 7, abandon: 2 },
      { ...none, at: '2026-01-05T10:00:00.000Z', executing: 1 },
    ],
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
  expect(buckets[59]?.counts).toEqual({ success: 7, abandon: 2 });
  expect(buckets[60]?.from).toBe(Date.parse('2026-01-05T10:00:00Z'));
  expect(buckets[60]?.counts).toEqual({ executing: 1 });
  expect(buckets[61]?.counts).toEqual({ planned: 7 });
});

test('executions that began a minute or more after their due time are late, unless they were retried', () => {
  const found = lateExecutions([
    execution({ execute_id: 'soon', lateness_ms: 59_999 }),
    execution({ execute_id: 'late', lateness_ms: 60_000 }),
    execution({ execute_id: 'retried', lateness_ms: 90_000, execute_times: 2 }),
  ]);
  expect(found.map(({ execute_id }) => execute_id)).toEqual(['late']);
});
