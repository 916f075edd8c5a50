import { expect, test } from 'vitest';
import { absolute, duration, offsetName, relative, toMillis } from './format';

const instant = Date.parse('2026-01-05T01:30:00Z');

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_000, '1 s'],
  [4_230, '4.2 s'],
  [59_949, '59.9 s'],
  [59_999, '1 min 00 s'],
  [185_000, '3 min 05 s'],
  [7_800_000, '2 h 10 min'],
  [3_599_900, '1 h 00 min'],
  [273_600_000, '3 d 4 h'],
])('the duration %i ms is %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test('absolute times follow the zone', () => {
  expect(absolute(instant, 'UTC')).toBe('2026-01-05 01:30:00');
  expect(absolute(instant, 'Asia/Shanghai', false)).toBe('2026-01-05 09:30');
  expect(absolute(instant, 'No/Where')).toBe('2026-01-05 01:30:00');
  expect(offsetName(instant, 'Asia/Kolkata')).toBe('UTC+5:30');
});

test('relative times choose a unit', () => {
  expect(relative(instant + 30_000, instant, 'en')).toBe('in 30 sec.');
  expect(relative(instant - 120_000, instant, 'en')).toBe('2 min. ago');
  expect(relative(instant, instant, 'en')).toBe('now');
  expect(relative(instant + 89 * 60_000, instant, 'en')).toBe('in 89 min.');
  expect(relative(instant + 119 * 60_000, instant, 'en')).toBe('in 2 hr.');
  expect(relative(instant - 47 * 3_600_000, instant, 'en')).toBe('47 hr. ago');
  expect(relative(instant - 49 * 3_600_000, instant, 'zh-CN')).toBe('2天前');
  expect(relative(instant + 3 * 86_400_000, instant, 'zh-CN')).toContain('3天');
});

test('the empty time of the API is none', () => {
  expect(toMillis('')).toBeNull();
  expect(toMillis('nonsense')).toBeNull();
  expect(toMillis('2026-01-05T02:30:00+01:00')).toBe(instant);
});
