import { expect, test } from 'vitest';
import { histogram, quantile, statisticsOf } from './statistics';

const row = (
  job_status: 'success' | 'abandon' | 'interrupt',
  duration_ms: number | null,
  lateness_ms = 0,
  execute_times = 1,
) => ({
  job_status,
  duration_ms,
  lateness_ms,
  execute_times,
});

test('a quantile is a value that occurred, of the nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(quantile(hundred, 0.5)).toBe(50);
  expect(quantile(hundred, 0.95)).toBe(95);
  expect(quantile([7], 0.99)).toBe(7);
});

test('what a retry makes uncertain is no lateness: the jitter of the job is part of it', () => {
  const rows = [row('abandon', 300, 19_000, 3), row('success', 100, 5), row('success', 100, 7)];
  expect(statisticsOf(rows, true).lateness).toEqual({ p50: 5, p95: 7, p99: 7 });
  expect(statisticsOf(rows.slice(0, 1), true).lateness).toBeNull();
  expect(statisticsOf(rows.slice(0, 1), false).lateness?.p50).toBe(19_000);
});

test('interrupted executions count neither as success nor as failure, and have no duration', () => {
  const found = statisticsOf([row('success', 100), row('abandon', 300), row('interrupt', 90_000)], false);
  expect(found).toMatchObject({ success: 1, failed: 1, interrupted: 1, rate: 0.5 });
  expect(found.duration).toEqual({ p50: 100, p95: 300, p99: 300 });
});

test('without an outcome there is no rate', () => {
  expect(statisticsOf([], false).rate).toBeNull();
  expect(statisticsOf([row('interrupt', 5)], false).rate).toBeNull();
});

test('every duration is in exactly one bin of the histogram', () => {
  const values = [0, 1, 4, 4_999, 5_000, 100_000_000];
  const bins = histogram(values);
  expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
  expect(bins[0]).toMatchObject({ from: 0, to: 1, count: 1 });
  expect(bins.at(-1)).toEqual({ from: 86_400_000, to: null, count: 1 });
});

test('a histogram of equal values has neighbours', () => {
  expect(histogram([150, 150]).map(({ count }) => count)).toEqual([0, 2, 0]);
});
