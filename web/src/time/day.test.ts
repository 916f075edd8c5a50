import { expect, test } from 'vitest';
import { daysAround, minuteOfDay, startOfDay, zoneOffset } from './day';

const at = (text: string) => Date.parse(text);

test('offsets follow the zone and its clock changes', () => {
  expect(zoneOffset(at('2026-01-05T00:00:00Z'), 'Asia/Kathmandu')).toBe(345 * 60_000);
  expect(zoneOffset(at('2026-07-05T00:00:00Z'), 'Europe/Berlin')).toBe(120 * 60_000);
  expect(zoneOffset(at('2026-01-05T00:00:00.750Z'), 'America/New_York')).toBe(-300 * 60_000);
});

test('a day begins at local midnight', () => {
  expect(startOfDay(at('2026-01-05T23:30:00Z'), 'Asia/Shanghai')).toBe(at('2026-01-05T16:00:00Z'));
  expect(startOfDay(at('2026-01-05T00:00:00Z'), 'UTC')).toBe(at('2026-01-05T00:00:00Z'));
});

test('the day of a clock change has 23 or 25 hours', () => {
  const spring = daysAround(at('2026-03-28T12:00:00Z'), 'Europe/Berlin', 1, 1);
  expect(((spring[1] ?? 0) - (spring[0] ?? 0)) / 3_600_000).toBe(23);
  const autumn = daysAround(at('2026-10-24T12:00:00Z'), 'Europe/Berlin', 1, 1);
  expect(((autumn[1] ?? 0) - (autumn[0] ?? 0)) / 3_600_000).toBe(25);
});

test('where midnight is skipped, the day begins after the gap', () => {
  // Beirut: 2024-03-31 00:00 became 01:00.
  expect(startOfDay(at('2024-03-31T12:00:00Z'), 'Asia/Beirut')).toBe(at('2024-03-30T22:00:00Z'));
});

test('minutes of the day are those of the local clock', () => {
  expect(minuteOfDay(at('2026-01-05T02:15:00Z'), 'Asia/Kolkata')).toBe(7 * 60 + 45);
  expect(minuteOfDay(-60_000, 'UTC')).toBe(1_439);
});
