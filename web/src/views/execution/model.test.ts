import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';
import { busyUntil, lateReasonOf, linesOf, phasesOf, piecesOf, prettyJson, timingOf } from './model';

const iso = (millis: number) => new Date(millis).toISOString();
const attempt = (
  number: number,
  from: number,
  to: number | null,
  job_status: Schemas['Attempt']['job_status'],
) => ({
  attempt: number,
  executor_id: 'n',
  begin_at: iso(from),
  end_at: to === null ? '' : iso(to),
  job_status,
  code: 0,
  reason: '',
  detail: {},
  output: '',
});
const execution = (job_status: Schemas['JobStatus'], attempts: Schemas['Attempt'][], scheduled = 1_000) =>
  ({
    job_status,
    attempts,
    scheduled_at: iso(scheduled),
    begin_at: '',
    end_at: '',
  }) as unknown as Schemas['Execution'];
const shape = (phases: ReturnType<typeof phasesOf>) => phases.map(({ kind, from, to }) => [kind, from, to]);

test('phases cover the time from the scheduled instant to the end', () => {
  const both = [attempt(1, 3_000, 4_000, 'failure'), attempt(2, 9_000, 9_500, 'success')];
  expect(shape(phasesOf(execution('success', both), 60_000))).toEqual([
    ['waiting', 1_000, 3_000],
    ['attempt', 3_000, 4_000],
    ['backoff', 4_000, 9_000],
    ['attempt', 9_000, 9_500],
  ]);
});

test('what is under way lasts until now', () => {
  expect(shape(phasesOf(execution('executing', [attempt(1, 1_000, null, 'executing')]), 5_000))).toEqual([
    ['attempt', 1_000, 5_000],
  ]);
  expect(shape(phasesOf(execution('failure', [attempt(1, 1_000, 2_000, 'failure')]), 5_000)).at(-1)).toEqual([
    'backoff',
    2_000,
    5_000,
  ]);
  expect(shape(phasesOf(execution('pending', []), 5_000))).toEqual([['waiting', 1_000, 5_000]]);
});

test('an execution that was refused waited for nothing', () => {
  expect(phasesOf(execution('interrupt', []), 5_000)).toEqual([]);
});

test('timing phases follow each other, and those that did not happen are left out', () => {
  const fresh = { timing_ms: { dns: 2, connect: 5, tls: 20, first_byte: 60, total: 61 } };
  expect(timingOf(fresh)).toEqual([
    { phase: 'dns', from: 0, to: 2 },
    { phase: 'connect', from: 2, to: 5 },
    { phase: 'tls', from: 5, to: 20 },
    { phase: 'wait', from: 20, to: 60 },
    { phase: 'receive', from: 60, to: 61 },
  ]);
  const reused = { timing_ms: { dns: 0.01, connect: 0, tls: 0, first_byte: 40, total: 40 } };
  expect(timingOf(reused)).toEqual([{ phase: 'wait', from: 0, to: 40 }]);
  expect(timingOf({ pid: 1 })).toEqual([]);
});

test('parts of standard error are found by bytes, not by characters', () => {
  const output = '数据\nfail\nend\n';
  expect(piecesOf({ output, detail: { stderr: [[7, 5]] } })).toEqual([
    { stream: 'stdout', text: '数据\n' },
    { stream: 'stderr', text: 'fail\n' },
    { stream: 'stdout', text: 'end\n' },
  ]);
});

test('lines of the two streams do not mix, and terminals’ sequences are removed', () => {
  const lines = linesOf([
    { stream: 'stdout', text: 'one\ntw' },
    { stream: 'stderr', text: '\u001b[31mbad\u001b[0m\n' },
    { stream: 'stdout', text: 'o\n\nthree' },
  ]);
  expect(lines).toEqual([
    { stream: 'stdout', text: 'one' },
    { stream: 'stdout', text: 'two' },
    { stream: 'stderr', text: 'bad' },
    { stream: 'stdout', text: '' },
    { stream: 'stdout', text: 'three' },
  ]);
});

test('JSON is recognized by its content', () => {
  expect(prettyJson('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(prettyJson('{"a":')).toBeNull();
  expect(prettyJson('12')).toBeNull();
});

test('a late start is explained by what is certain first', () => {
  const facts = { missed: false, busyUntil: null, key: false };
  expect(lateReasonOf(400, facts)).toBeNull();
  expect(lateReasonOf(5_000, { ...facts, missed: true, busyUntil: 9 })).toBe('catchUp');
  expect(lateReasonOf(5_000, { ...facts, busyUntil: 9, key: true })).toBe('overlap');
  expect(lateReasonOf(5_000, { ...facts, key: true })).toBe('key');
  expect(lateReasonOf(5_000, facts)).toBe('capacity');
});

test('an earlier execution was under way if it began before and ended after the scheduled time', () => {
  const rows = [
    { begin_at: iso(4_000), end_at: iso(9_000) },
    { begin_at: iso(1_000), end_at: iso(7_000) },
    { begin_at: iso(500), end_at: iso(900) },
  ];
  expect(busyUntil(rows, 3_000)).toBe(7_000);
  expect(busyUntil(rows, 8_000)).toBe(9_000);
  expect(busyUntil(rows, 600)).toBe(900);
  expect(busyUntil(rows, null)).toBeNull();
});
