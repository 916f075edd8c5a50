import { absolute } from './format';

/// Days in a time zone. A day has 23 or 25 hours where the clocks change.
const kDay = 86_400_000;

/// Returns local time minus UTC at an instant, in milliseconds.
export function zoneOffset(millis: number, zone: string): number {
  const whole = Math.floor(millis / 1_000) * 1_000;
  return Date.parse(`${absolute(whole, zone).replace(' ', 'T')}Z`) - whole;
}

/// Returns the first instant of the day that contains `millis`; if midnight is skipped, the first one after it.
export function startOfDay(millis: number, zone: string): number {
  const local = millis + zoneOffset(millis, zone);
  const midnight = Math.floor(local / kDay) * kDay;
  const guess = midnight - zoneOffset(millis, zone);
  const second = midnight - zoneOffset(guess, zone);
  // Midnight that does not exist: one of the guesses lies on the day before.
  const sameDay = (at: number) =>
    Math.floor((at + zoneOffset(at, zone)) / kDay) === Math.floor(midnight / kDay);
  if (sameDay(second)) return second;
  return sameDay(guess) ? guess : Math.max(guess, second);
}

/// Returns the beginnings of `count` days from the one that contains `millis`, moved by `shift` days, and of the day after.
export function daysAround(millis: number, zone: string, shift: number, count: number): number[] {
  const noon = startOfDay(millis, zone) + kDay / 2;
  return Array.from({ length: count + 1 }, (_, index) => startOfDay(noon + (shift + index) * kDay, zone));
}

/// Returns the minutes since midnight by the clock of the zone, from 0 to 1439.
export function minuteOfDay(millis: number, zone: string): number {
  const local = millis + zoneOffset(millis, zone);
  return Math.floor((((local % kDay) + kDay) % kDay) / 60_000);
}
