import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';
import { columnsOf, isDense, type Mark, markAt, marksOf, share } from './marks';

const base = {
  job_id: 'j',
  job_name: 'n',
  job_type: 'scheduled',
  trigger: 'schedule',
  reason: '',
  tenant_id: 't',
} as const;
const execution = (begin: number, end: number | null, state: Schemas['JobStatus'] = 'success') =>
  ({
    ...base,
    execute_id: String(begin),
    job_status: state,
    scheduled_at: new Date(begin).toISOString(),
    begin_at: new Date(begin).toISOString(),
    end_at: end === null ? '' : new Date(end).toISOString(),
    duration_ms: end === null ? null : end - begin,
    lateness_ms: 0,
    execute_times: 1,
    executor_id: 'n',
  }) as Schemas['ExecutionSummary'];
const planned = (at: number): Mark => ({ kind: 'planned', from: at, to: at, state: 'planned' });

test('an execution under way lasts until now', () => {
  const [mark] = marksOf([execution(1_000, null, 'executing')], [], [], 9_000);
  expect(mark).toMatchObject({ from: 1_000, to: 9_000, state: 'executing' });
});

test('an occurrence that has an execution is not planned as well', () => {
  const at = (millis: number) => new Date(millis).toISOString();
  const marks = marksOf([execution(20_000, null, 'pending')], [at(20_000), at(30_000), at(5_000)], [], 9_000);
  expect(marks.map(({ kind, from }) => [kind, from])).toEqual([
    ['execution', 20_000],
    ['planned', 30_000],
  ]);
});

test('the pointer finds what is near, and prefers executions', () => {
  const range = { from: 0, to: 100_000 };
  const marks = [...marksOf([execution(50_000, 52_000)], [], [], 60_000), planned(53_000), planned(80_000)];
  expect(markAt(marks, range, 100, 52)?.kind).toBe('execution');
  expect(markAt(marks, range, 100, 84)?.kind).toBe('planned');
  expect(markAt(marks, range, 100, 20)).toBeNull();
});

test('many marks become columns that contain each mark once', () => {
  const marks = Array.from({ length: 500 }, (_, index) => planned(index * 200));
  expect(isDense(marks, 1_000)).toBe(true);
  expect(isDense(marks.slice(0, 100), 1_000)).toBe(false);
  const columns = columnsOf(marks, { from: 0, to: 100_000 }, 1_000);
  expect(columns.reduce((sum, column) => sum + column.marks.length, 0)).toBe(500);
});

test('bars grow with the duration and stay visible', () => {
  expect(share(60_000, 60_000)).toBe(1);
  expect(share(600, 60_000)).toBeCloseTo(0.1);
  expect(share(1_000, 60_000)).toBeLessThan(share(10_000, 60_000));
});
