import { expect, test } from 'vitest';
import { instantOf, pan, rangeOfWindow, ticks, zoom } from './axis';

const at = (text: string) => Date.parse(text);

test('the present is at three quarters of the window', () => {
  const { from, to } = rangeOfWindow('24h', at('2026-01-05T12:00:00Z'));
  expect(from).toBe(at('2026-01-04T12:00:00Z'));
  expect(to).toBe(at('2026-01-05T20:00:00Z'));
});

test('zooming keeps the instant below the pointer in its place', () => {
  const range = { from: 0, to: 100_000 };
  const inside = zoom(range, 25_000, 0.5);
  expect(inside).toEqual({ from: 13_000, to: 63_000 });
  expect(zoom(range, 25_000, 1e-9).to - zoom(range, 25_000, 1e-9).from).toBe(10_000);
});

test('moving keeps the length', () => {
  expect(pan({ from: 0, to: 60_000 }, 30_400)).toEqual({ from: 30_000, to: 90_000 });
});

test('ticks are round local times, and midnight shows the date', () => {
  const range = { from: at('2026-01-04T12:00:00Z'), to: at('2026-01-05T12:00:00Z') };
  const found = ticks(range, 8, 'Asia/Shanghai');
  expect(found.map(({ label }) => label)).toEqual([
    '21:00',
    '01-05',
    '03:00',
    '06:00',
    '09:00',
    '12:00',
    '15:00',
    '18:00',
  ]);
  expect(found.find(({ strong }) => strong)?.at).toBe(at('2026-01-04T16:00:00Z'));
});

test('a tick after a clock change is a round local time', () => {
  // Berlin changes to summer time on 2026-03-29 at 02:00.
  const range = { from: at('2026-03-28T23:00:00Z'), to: at('2026-03-29T12:00:00Z') };
  const found = ticks(range, 6, 'Europe/Berlin');
  expect(found.map(({ label }) => label)).toEqual(['03-29', '03:00', '06:00', '09:00', '12:00']);
});

test('a local time is read in its zone', () => {
  expect(instantOf('2026-01-05T02:30:00', 'Europe/Berlin')).toBe(at('2026-01-05T01:30:00Z'));
  expect(instantOf('2026-07-05T02:30', 'America/New_York')).toBe(at('2026-07-05T06:30:00Z'));
  expect(instantOf('no time', 'UTC')).toBeNull();
});

test('a local time that does not exist is read behind the gap', () => {
  expect(instantOf('2026-03-29T02:30:00', 'Europe/Berlin')).toBe(at('2026-03-29T01:30:00Z'));
});
