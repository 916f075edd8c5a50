import { describe, expect, it } from 'vitest';
import { quietMinute } from './load';
import { namedZones, proposals, withMinute } from './proposals';

const texts = (expression: string, quartz = false) =>
  proposals(expression, quartz).map(proposal => proposal.expression);

describe('proposals', () => {
  it.each([
    ['* 9-17 * * *', ['0 9-17 * * *']],
    ['0 0 31 * *', ['0 0 L * *']],
    ['0 10 * * ? *', ['0 0 10 * * ? *']],
    ['0 10 ? * 2 2027', ['0 0 10 ? * 2 2027']],
    ['cron(0 10 * * ? *)', ['0 0 10 * * ? *']],
    ['rate(5 minutes)', ['@every 5m']],
    ['rate(2 days)', ['@every 48h']],
    ['*/25 * * * *', ['*/20 * * * *', '*/30 * * * *', '@every 25m']],
    ['0 */7 * * *', ['0 */6 * * *', '0 */8 * * *', '@every 7h']],
    ['*/90 * * * *', ['@every 90m']],
    ['0 0 13 * 5', ['0 0 13 * *', '0 0 * * 5']],
    ['daily', ['@daily']],
    ['every 5m', ['@every 5m']],
    ['0 9 * * *', []],
    ['', []],
  ])('%s', (expression, expected) => expect(texts(expression)).toEqual(expected));

  it('makes an instant a one-shot', () =>
    expect(proposals('2027-01-31T08:30:00Z', false)).toEqual([
      { expression: '2027-01-31T08:30:00Z', reason: 'oneShot', type: 'timed' },
    ]));

  it('does not take the fields of Quartz for those of AWS', () =>
    expect(texts('0 0 12 * ? *', true)).toEqual([]));

  it('finds the zones that a reason names, in both languages', () => {
    expect(
      namedZones('there is no time zone "CST"; did you mean "Asia/Shanghai" or "America/Chicago"?'),
    ).toEqual(['Asia/Shanghai', 'America/Chicago']);
    expect(namedZones('没有时区“CST”，是否指“Asia/Shanghai”？')).toEqual(['Asia/Shanghai']);
    expect(namedZones('"No/Such_Zone"')).toEqual([]);
  });
});

describe('minutes', () => {
  it('replaces the only minute of an expression', () => {
    expect(withMinute('30 2 * * *', 37)).toBe('37 2 * * *');
    expect(withMinute('0 30 2 * * *', 37)).toBe('0 37 2 * * *');
    expect(withMinute('*/5 * * * *', 37)).toBeNull();
    expect(withMinute('@daily', 37)).toBeNull();
  });

  it('proposes the nearest of the quietest minutes of the same hour', () => {
    const counts = [0, 9, 9, 2, 9, 2, 0];
    // Place 0 is in the hour before: minute 59.
    expect(quietMinute(counts, 1, 0)).toEqual({ index: 6, minute: 5, count: 0 });
    expect(quietMinute([9, 2, 9, 2, 9, 9], 0, 10)).toEqual({ index: 1, minute: 11, count: 2 });
  });

  it('proposes nothing if no minute is clearly quieter', () => {
    expect(quietMinute([40, 41, 40], 1, 30)).toBeNull();
    expect(quietMinute([0, 2, 0], 1, 30)).toBeNull();
  });
});
