import { expect, test } from 'vitest';
import { daysAround } from '../../time/day';
import {
  comparable,
  heatOf,
  kLevels,
  kQuarter,
  type Point,
  peakOf,
  positionOf,
  Scale,
  transposed,
} from './heat';

const at = (text: string) => Date.parse(text);
const points = (from: number, count: number, value: (index: number) => number): Point[] =>
  Array.from({ length: count }, (_, index) => ({
    at: from + index * kQuarter,
    count: value(index),
    failed: index % 2,
    late: 0,
  }));

test('quarters are counted into the day and time of the zone', () => {
  const days = daysAround(at('2026-01-05T12:00:00Z'), 'Asia/Shanghai', 0, 2);
  const heat = heatOf(
    points(days[0] ?? 0, 8, index => index),
    days,
    'Asia/Shanghai',
    60,
  );
  expect(heat.rows).toHaveLength(2);
  expect(heat.rows[0]?.[0]).toEqual({
    from: days[0],
    to: (days[0] ?? 0) + 4 * kQuarter,
    quarters: 4,
    count: 6,
    failed: 2,
    late: 0,
  });
  expect(heat.rows[0]?.[1]?.count).toBe(22);
  expect(heat.rows[0]?.[2]).toBeNull();
});

test('a skipped hour has no cell, a repeated one is counted once', () => {
  const spring = daysAround(at('2026-03-29T12:00:00Z'), 'Europe/Berlin', 0, 1);
  const skipped = heatOf(
    points(spring[0] ?? 0, 92, () => 1),
    spring,
    'Europe/Berlin',
    60,
  );
  expect(skipped.rows[0]?.[2]).toBeNull();
  expect(skipped.rows[0]?.[23]?.count).toBe(4);
  const autumn = daysAround(at('2026-10-25T12:00:00Z'), 'Europe/Berlin', 0, 1);
  const repeated = heatOf(
    points(autumn[0] ?? 0, 100, () => 1),
    autumn,
    'Europe/Berlin',
    60,
  );
  expect(repeated.rows[0]?.[2]?.count).toBe(8);
  expect(comparable(repeated, 'count')).toEqual(Array(23).fill(4));
});

test('points outside the days are left out', () => {
  const days = daysAround(at('2026-01-05T12:00:00Z'), 'UTC', 0, 1);
  const heat = heatOf(
    points((days[0] ?? 0) - 2 * kQuarter, 200, () => 1),
    days,
    'UTC',
    15,
  );
  expect(heat.rows[0]?.every(cell => cell?.count === 1)).toBe(true);
});

test('the scale begins at the load that is always there', () => {
  const scale = new Scale([0, 636, 640, 700]);
  expect(scale.level(0)).toBe(0);
  expect(scale.level(636)).toBe(1);
  expect(scale.level(700)).toBe(kLevels);
  expect(scale.level(640)).toBeGreaterThan(1);
  expect(new Scale([5, 5]).level(5)).toBe(1);
  expect(new Scale([]).level(0)).toBe(0);
});

test('a map whose cells are nearly alike, or have one peak, uses every colour', () => {
  const levelsOf = (values: number[]) => new Set(values.map(value => new Scale(values).level(value)));
  const hours = Array.from({ length: 24 }, (_, hour) => 2_500 + 10 * hour);
  expect([...levelsOf(hours)]).toEqual([1, 2, 3, 4, 5]);
  expect([...levelsOf([...hours, 90_000])]).toEqual([1, 2, 3, 4, 5]);
  const usual = hours.filter(value => new Scale(hours).level(value) === 1);
  expect(usual.length).toBeGreaterThan(hours.length / 4);
  expect(usual.length).toBeLessThan(hours.length / 2);
});

test('finds the peak and the cell of an instant', () => {
  const days = daysAround(at('2026-01-05T12:00:00Z'), 'UTC', 0, 1);
  const { rows } = heatOf(
    points(days[0] ?? 0, 96, index => (index === 10 ? 9 : 1)),
    days,
    'UTC',
    15,
  );
  expect(peakOf(rows, 'count')?.from).toBe((days[0] ?? 0) + 10 * kQuarter);
  expect(peakOf(rows, 'late')).toBeNull();
  expect(positionOf(rows, (days[0] ?? 0) + 10 * kQuarter + 60_000)).toEqual([0, 10]);
  expect(positionOf(rows, 0)).toBeNull();
});

test('transposes', () => {
  expect(
    transposed([
      [1, 2, 3],
      [4, 5, 6],
    ]),
  ).toEqual([
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
});
