import { expect, test } from 'vitest';
import { emptyBuckets, fill, heights, total } from './timeline_model';

test('events are counted into the bucket that contains them', () => {
  const buckets = fill(emptyBuckets(1_000, 3, 100), [
    { at: 1_000, state: 'success' },
    { at: 1_099, state: 'abandon' },
    { at: 1_200, state: 'planned', count: 5 },
  ]);
  expect(buckets.map(({ counts }) => counts)).toEqual([{ success: 1, abandon: 1 }, {}, { planned: 5 }]);
});

test('events outside of the buckets are left out', () => {
  const buckets = fill(emptyBuckets(1_000, 2, 100), [
    { at: 999, state: 'success' },
    { at: 1_200, state: 'success' },
  ]);
  expect(buckets.every(bucket => total(bucket, ['success']) === 0)).toBe(true);
});

test('a single failure stays visible beside many successes', () => {
  expect(heights([1_000, 1], 0.05, 60, 3)).toEqual([50, 3]);
});

test('a column never exceeds its limit', () => {
  const column = heights([1_000, 1, 1], 1, 60, 3);
  expect(column.reduce((sum, each) => sum + each, 0)).toBeCloseTo(60);
});
