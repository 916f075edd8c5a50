import { describe, expect, it } from 'vitest';
import { clockChanges, effectOf, isFixed, localInput, localTime, zonedInstant } from './clock_changes';

const spring = { at: Date.parse('2026-03-29T01:00:00Z'), before: 60, after: 120 };
const autumn = { at: Date.parse('2026-10-25T01:00:00Z'), before: 120, after: 60 };

describe('changes of a zone', () => {
  it('finds both changes of a year to the second', () =>
    expect(clockChanges('Europe/Berlin', Date.parse('2026-01-01T00:00:00Z'), 365)).toEqual([spring, autumn]));
  it('finds a change of half an hour', () => {
    const [first] = clockChanges('Australia/Lord_Howe', Date.parse('2026-01-01T00:00:00Z'), 365);
    expect(first).toEqual({ at: Date.parse('2026-04-04T15:00:00Z'), before: 660, after: 630 });
  });
  it('finds none where clocks do not change, or the zone is unknown', () => {
    expect(clockChanges('Asia/Shanghai', 0)).toEqual([]);
    expect(clockChanges('No/Such_Zone', 0)).toEqual([]);
  });
});

describe('effects', () => {
  it('tells a moved run from one that is due after the gap anyway', () => {
    expect(effectOf(spring, ['2026-03-29T03:00:00+02:00'], ['2026-03-30T02:30:00+02:00'])?.kind).toBe(
      'moved',
    );
    expect(effectOf(spring, ['2026-03-29T03:00:00+02:00'], ['2026-03-29T03:00:00+02:00'])).toBeNull();
    expect(effectOf(spring, ['2026-03-29T09:00:00+02:00'], ['2026-03-29T09:00:00+02:00'])).toBeNull();
  });
  it('finds a run in the repeated hour', () => {
    const once = ['2026-10-26T02:30:00+01:00'];
    expect(effectOf(autumn, once, ['2026-10-25T02:30:00+01:00', ...once])?.kind).toBe('repeated');
    expect(effectOf(autumn, once, once)).toBeNull();
  });
  it('knows schedules of fixed times', () => {
    for (const text of ['30 2 * * *', '0 2,14 * * 1-5', '0 30 2 * * *', '@daily', 'TZ=Asia/Tokyo 0 9 * * *'])
      expect(isFixed(text)).toBe(true);
    for (const text of ['*/15 * * * *', '30 * * * *', '@hourly', '@every 24h', '2026-01-01T00:00:00Z', ''])
      expect(isFixed(text)).toBe(false);
  });
});

describe('local times', () => {
  it('writes an instant with the offset of its zone', () => {
    expect(zonedInstant('2026-07-01T09:30', 'Europe/Berlin')).toBe('2026-07-01T09:30:00+02:00');
    expect(zonedInstant('2026-01-01T09:30:15', 'Europe/Berlin')).toBe('2026-01-01T09:30:15+01:00');
    expect(zonedInstant('2026-01-01T09:30', 'America/St_Johns')).toBe('2026-01-01T09:30:00-03:30');
    expect(zonedInstant('2026-01-01T09:30', 'UTC')).toBe('2026-01-01T09:30:00Z');
    expect(zonedInstant('', 'UTC')).toBeNull();
  });
  it('is right next to a change', () => {
    expect(zonedInstant('2026-03-29T03:30', 'Europe/Berlin')).toBe('2026-03-29T03:30:00+02:00');
    expect(zonedInstant('2026-03-29T01:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00+01:00');
  });
  it('reads an instant into a field', () => {
    expect(localInput('2026-07-01T07:30:00Z', 'Europe/Berlin')).toBe('2026-07-01T09:30');
    expect(localInput('30 2 * * *', 'Europe/Berlin')).toBe('');
    expect(localTime(spring.at, spring.after)).toBe('2026-03-29 03:00');
  });
});
