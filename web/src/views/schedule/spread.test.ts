import { expect, test } from 'vitest';
import { type Minute, movedExpression, suggest } from './spread';

/// An hour in which `always` runs every minute, and these jobs in one minute each.
function hour(jobs: Record<string, number>): Minute[] {
  return Array.from({ length: 60 }, (_, index) => {
    const here = Object.entries(jobs).filter(([, minute]) => minute === index);
    return {
      at: index * 60_000,
      count: 1 + here.length,
      jobs: [{ job_id: 'always', count: 1 }, ...here.map(([job_id]) => ({ job_id, count: 1 }))],
    };
  });
}

test('moves jobs out of the busiest minute, to near and quiet ones', () => {
  const found = suggest(hour({ a: 30, b: 30, c: 30, d: 31 }));
  expect(found).toMatchObject({ peak: 30 * 60_000, before: 4, after: 2, usual: 1 });
  expect(found?.moves).toEqual([
    { job_id: 'b', from: 1_800_000, to: 29 * 60_000 },
    { job_id: 'c', from: 1_800_000, to: 28 * 60_000 },
  ]);
});

test('suggests nothing for an even hour', () => {
  expect(suggest(hour({}))).toBeNull();
  expect(suggest(hour({ a: 10, b: 40 }))).toBeNull();
  expect(suggest([])).toBeNull();
});

test('jobs that run several times in the hour stay where they are', () => {
  const minutes = hour({ a: 0 });
  for (const index of [0, 30]) {
    const minute = minutes[index];
    if (!minute) throw new Error('no minute');
    minute.count += 3;
    minute.jobs.push(...['x', 'y', 'z'].map(job_id => ({ job_id, count: 1 })));
  }
  expect(suggest(minutes)).toBeNull();
});

test('proposes at most six moves, and says what remains', () => {
  const jobs = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`j${index}`, 0]));
  const found = suggest(hour(jobs));
  expect(found?.moves).toHaveLength(6);
  expect(found?.after).toBe(15);
});

test.each([
  ['0 5 * * *', '3 5 * * *'],
  ['0 0 5 * * *', '0 3 5 * * *'],
  ['H 5 * * *', '3 5 * * *'],
  // Not the minute that was moved: the expression is that of another zone, or has several.
  ['30 5 * * *', undefined],
  ['0,30 5 * * *', undefined],
  ['*/20 * * * *', undefined],
  ['@daily', undefined],
])('the expression %s moves to %s', (expression, moved) => {
  const from = Date.parse('2026-12-07T04:00:00Z');
  expect(movedExpression(expression, 'Europe/Berlin', from, from + 3 * 60_000)).toBe(moved);
});

test('the minute is that of the job and not that of the person who looks', () => {
  const from = Date.parse('2026-12-07T04:00:00Z');
  expect(movedExpression('30 9 * * *', 'Asia/Kolkata', from, from + 60_000)).toBe('31 9 * * *');
  const hour = Date.parse('2026-12-07T04:30:00Z');
  expect(movedExpression('0 10 * * *', 'Asia/Kolkata', hour, hour - 60_000)).toBeUndefined();
});
