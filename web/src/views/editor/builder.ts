/// Schedules that the builder offers, and their expressions. Everything else is 'custom', and is written by hand.
export type Builder =
  | { kind: 'minutes'; step: number }
  | { kind: 'hours'; step: number; minute: number }
  | { kind: 'daily'; hour: number; minute: number }
  | { kind: 'weekdays'; hour: number; minute: number }
  | { kind: 'weekly'; days: number[]; hour: number; minute: number }
  | { kind: 'monthly'; day: string; hour: number; minute: number }
  | { kind: 'interval'; seconds: number };

export type BuilderKind = Builder['kind'];

/// Steps that divide their field, so that all intervals are equal.
export const kMinuteSteps = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30];
export const kHourSteps = [1, 2, 3, 4, 6, 8, 12];
/// Days of the month that every month has, and the ones that the letters name.
export const kMonthDays = ['1', '2', '3', '5', '10', '15', '20', '25', '28', 'L', 'LW', 'MON#1', 'FRIL'];

const kNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

export function toExpression(builder: Builder): string {
  switch (builder.kind) {
    case 'minutes':
      return builder.step === 1 ? '* * * * *' : `*/${builder.step} * * * *`;
    case 'hours':
      return `${builder.minute} ${builder.step === 1 ? '*' : `*/${builder.step}`} * * *`;
    case 'daily':
      return `${builder.minute} ${builder.hour} * * *`;
    case 'weekdays':
      return `${builder.minute} ${builder.hour} * * 1-5`;
    case 'weekly':
      return `${builder.minute} ${builder.hour} * * ${builder.days.map(day => kNames[day]).join(',')}`;
    case 'monthly': {
      const named = /[A-Z]{3}/.test(builder.day);
      return `${builder.minute} ${builder.hour} ${named ? `* * ${builder.day}` : `${builder.day} * *`}`;
    }
    case 'interval':
      return `@every ${secondsText(builder.seconds)}`;
  }
}

/// 5400 is '1h30m'.
export function secondsText(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ];
  const text = parts
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value}${unit}`)
    .join('');
  return text || '0s';
}

function numberIn(text: string, max: number): number | null {
  const value = /^\d{1,2}$/.test(text) ? Number(text) : -1;
  return value >= 0 && value <= max ? value : null;
}

function stepOf(text: string): number | null {
  if (text === '*') return 1;
  const found = /^\*\/(\d+)$/.exec(text);
  return found ? Number(found[1]) : null;
}

function daysOf(text: string): number[] | null {
  const days = text.split(',').map(name => {
    const index = kNames.indexOf(name.toUpperCase());
    return index >= 0 ? index : name === '7' ? 0 : (numberIn(name, 6) ?? -1);
  });
  return days.includes(-1) ? null : [...new Set(days)].sort((a, b) => a - b);
}

function intervalOf(text: string): Builder | null {
  const found = /^@every\s+(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/i.exec(text);
  if (!found) return null;
  const seconds = Number(found[1] ?? 0) * 3600 + Number(found[2] ?? 0) * 60 + Number(found[3] ?? 0);
  return seconds > 0 ? { kind: 'interval', seconds } : null;
}

const kDescriptors: Record<string, string> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * SUN',
  '@monthly': '0 0 1 * *',
};

/// Returns the builder's reading of an expression; null if it is none of the builder's.
export function fromExpression(expression: string): Builder | null {
  const text = expression.trim();
  const interval = intervalOf(text);
  if (interval) return interval;
  const fields = (kDescriptors[text.toLowerCase()] ?? text).split(/\s+/);
  if (fields.length !== 5) return null;
  const [minuteText = '', hourText = '', day = '', month = '', weekday = ''] = fields;
  if (month !== '*') return null;
  const minute = numberIn(minuteText, 59);
  const hour = numberIn(hourText, 23);
  const always = (field: string): boolean => field === '*' || field === '?';
  if (always(day) && always(weekday)) {
    const step = stepOf(minuteText);
    if (step !== null && hourText === '*')
      return kMinuteSteps.includes(step) ? { kind: 'minutes', step } : null;
    const hours = stepOf(hourText);
    if (minute !== null && hours !== null)
      return kHourSteps.includes(hours) ? { kind: 'hours', step: hours, minute } : null;
  }
  if (minute === null || hour === null) return null;
  if (always(day)) {
    if (always(weekday)) return { kind: 'daily', hour, minute };
    if (/^(1-5|MON-FRI)$/i.test(weekday)) return { kind: 'weekdays', hour, minute };
    const days = daysOf(weekday);
    if (days) return { kind: 'weekly', days, hour, minute };
    const named = weekday.toUpperCase();
    return kMonthDays.includes(named) ? { kind: 'monthly', day: named, hour, minute } : null;
  }
  const named = day.toUpperCase();
  return always(weekday) && kMonthDays.includes(named) ? { kind: 'monthly', day: named, hour, minute } : null;
}

/// Returns another kind of schedule that keeps the time of day of the present one.
export function changeKind(kind: BuilderKind, before: Builder | null): Builder {
  const hour = before && 'hour' in before ? before.hour : 9;
  const minute = before && 'minute' in before ? before.minute : 0;
  switch (kind) {
    case 'minutes':
      return { kind, step: 5 };
    case 'hours':
      return { kind, step: 1, minute };
    case 'weekly':
      return { kind, days: [1], hour, minute };
    case 'monthly':
      return { kind, day: '1', hour, minute };
    case 'interval':
      return { kind, seconds: 90 };
    default:
      return { kind, hour, minute };
  }
}
