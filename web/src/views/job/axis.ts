import { absolute, clockTime, dateOf } from '../../time/format';
import type { Window } from './search';

/// The range of a timeline, in milliseconds since the epoch.
export type Range = { from: number; to: number };

const kSecond = 1_000;
const kMinute = 60 * kSecond;
const kHour = 60 * kMinute;
const kDay = 24 * kHour;

export const lengths: Record<Window, number> = {
  '1h': kHour,
  '6h': 6 * kHour,
  '24h': kDay,
  '7d': 7 * kDay,
  '30d': 30 * kDay,
};

const kShortest = 10 * kSecond;
const kLongest = 120 * kDay;

/// The present is at three quarters: what happened matters more, what comes next is visible. The range moves in steps, so
/// that it does not ask for data at every second.
export function rangeOfWindow(window: Window, present: number): Range {
  const length = lengths[window];
  const step = Math.max(kSecond, length / 360);
  const at = Math.ceil(present / step) * step;
  return { from: at - length, to: at + length / 3 };
}

/// Scales a range around an instant that keeps its place; `factor` below 1 zooms in.
export function zoom(range: Range, around: number, factor: number): Range {
  const length = range.to - range.from;
  const next = Math.min(kLongest, Math.max(kShortest, length * factor));
  const share = (around - range.from) / length;
  const from = Math.round((around - share * next) / kSecond) * kSecond;
  return { from, to: from + Math.round(next / kSecond) * kSecond };
}

export function pan(range: Range, by: number): Range {
  const step = Math.round(by / kSecond) * kSecond;
  return { from: range.from + step, to: range.to + step };
}

/// Returns the offset of a zone from UTC at an instant, in milliseconds.
export function offsetOf(millis: number, zone: string): number {
  const whole = Math.floor(millis / kSecond) * kSecond;
  return Date.parse(`${absolute(whole, zone).replace(' ', 'T')}Z`) - whole;
}

/// Returns the instant at which clocks in a zone show "2026-01-05T02:30:00"; null for text that is no time. A local time
/// that a clock change skips is the instant as far behind the gap.
export function instantOf(local: string, zone: string): number | null {
  const wall = Date.parse(`${local}Z`);
  if (Number.isNaN(wall)) return null;
  const guess = wall - offsetOf(wall, zone);
  const again = wall - offsetOf(guess, zone);
  return offsetOf(again, zone) === wall - again ? again : Math.max(guess, again);
}

const kSteps = [
  kSecond,
  2 * kSecond,
  5 * kSecond,
  10 * kSecond,
  15 * kSecond,
  30 * kSecond,
  kMinute,
  2 * kMinute,
  5 * kMinute,
  10 * kMinute,
  15 * kMinute,
  30 * kMinute,
  kHour,
  2 * kHour,
  3 * kHour,
  6 * kHour,
  12 * kHour,
  kDay,
  2 * kDay,
  7 * kDay,
  14 * kDay,
  28 * kDay,
];

export type Tick = { at: number; label: string; strong: boolean };

/// Ticks at round local times of the zone, at most `most` of them. Midnight shows the date.
export function ticks(range: Range, most: number, zone: string): Tick[] {
  const length = range.to - range.from;
  const step = kSteps.find(each => length / each <= Math.max(1, most)) ?? 28 * kDay;
  const found: Tick[] = [];
  const begin = Math.floor((range.from + offsetOf(range.from, zone)) / step) * step;
  for (let local = begin; local <= range.to + kDay; local += step) {
    const at = local - offsetOf(local - offsetOf(range.from, zone), zone);
    if (at < range.from || at > range.to) continue;
    const midnight = clockTime(at, zone, true) === '00:00:00';
    const label = midnight ? dateOf(at, zone).slice(5) : clockTime(at, zone, step < kMinute);
    found.push({ at, label, strong: midnight });
  }
  return found;
}
