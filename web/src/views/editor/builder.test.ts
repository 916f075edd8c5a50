import { describe, expect, it } from 'vitest';
import { type Builder, changeKind, fromExpression, secondsText, toExpression } from './builder';

describe('builder', () => {
  const all: [Builder, string][] = [
    [{ kind: 'minutes', step: 1 }, '* * * * *'],
    [{ kind: 'minutes', step: 15 }, '*/15 * * * *'],
    [{ kind: 'hours', step: 1, minute: 5 }, '5 * * * *'],
    [{ kind: 'hours', step: 6, minute: 0 }, '0 */6 * * *'],
    [{ kind: 'daily', hour: 2, minute: 30 }, '30 2 * * *'],
    [{ kind: 'weekdays', hour: 9, minute: 0 }, '0 9 * * 1-5'],
    [{ kind: 'weekly', days: [1, 4], hour: 9, minute: 0 }, '0 9 * * MON,THU'],
    [{ kind: 'monthly', day: '15', hour: 6, minute: 0 }, '0 6 15 * *'],
    [{ kind: 'monthly', day: 'L', hour: 18, minute: 0 }, '0 18 L * *'],
    [{ kind: 'monthly', day: 'FRIL', hour: 18, minute: 0 }, '0 18 * * FRIL'],
    [{ kind: 'monthly', day: 'MON#1', hour: 8, minute: 0 }, '0 8 * * MON#1'],
    [{ kind: 'interval', seconds: 90 }, '@every 1m30s'],
  ];
  it.each(all)('writes and reads %j as %s', (builder, expression) => {
    expect(toExpression(builder)).toBe(expression);
    expect(fromExpression(expression)).toEqual(builder);
  });

  it('reads descriptors, names of days and Sunday as 7', () => {
    expect(fromExpression('@daily')).toEqual({ kind: 'daily', hour: 0, minute: 0 });
    expect(fromExpression('@hourly')).toEqual({ kind: 'hours', step: 1, minute: 0 });
    expect(fromExpression('0 9 ? * mon-fri')).toEqual({ kind: 'weekdays', hour: 9, minute: 0 });
    expect(fromExpression('0 9 * * 7,1')).toEqual({ kind: 'weekly', days: [0, 1], hour: 9, minute: 0 });
    expect(fromExpression('@every 1h')).toEqual({ kind: 'interval', seconds: 3600 });
  });

  it('leaves everything else to be written by hand', () => {
    for (const text of [
      '',
      '*/25 * * * *',
      '0 9 1 1 *',
      '0 9 13 * 5',
      '0 9-17 * * *',
      '*/5 * * * * *',
      'H H * * *',
      '@every 0s',
      '60 9 * * *',
      '0 9 31 * *',
    ])
      expect(fromExpression(text)).toBeNull();
  });

  it('keeps the time of day when the kind changes', () => {
    const daily: Builder = { kind: 'daily', hour: 2, minute: 30 };
    expect(changeKind('weekly', daily)).toEqual({ kind: 'weekly', days: [1], hour: 2, minute: 30 });
    expect(changeKind('daily', null)).toEqual({ kind: 'daily', hour: 9, minute: 0 });
  });

  it('writes seconds as a duration', () => {
    expect(secondsText(45)).toBe('45s');
    expect(secondsText(3600)).toBe('1h');
    expect(secondsText(5445)).toBe('1h30m45s');
  });
});
