/// Times and durations as text. Instants are milliseconds since the epoch, or RFC 3339 text as the API sends it.
export type Instant = number | string;

/// Returns milliseconds since the epoch; null for the API's empty time and for text that is no time.
export function toMillis(instant: Instant | null | undefined): number | null {
  if (instant === null || instant === undefined || instant === '') return null;
  const value = typeof instant === 'number' ? instant : Date.parse(instant);
  return Number.isNaN(value) ? null : value;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(locale: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${zone} ${JSON.stringify(options)}`;
  let found = formatters.get(key);
  if (!found) {
    try {
      found = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
    } catch {
      // A zone that this browser does not know.
      found = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    }
    formatters.set(key, found);
  }
  return found;
}

const kFull: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
};

function parts(millis: number, zone: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { type, value } of formatter('en-GB', zone, kFull).formatToParts(millis)) found[type] = value;
  return found;
}

/// "2026-01-05 02:30:00": the same in every language, sortable by eye.
export function absolute(millis: number, zone: string, seconds = true): string {
  const p = parts(millis, zone);
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}${seconds ? `:${p.second}` : ''}`;
}

/// "02:30", or "02:30:15".
export function clockTime(millis: number, zone: string, seconds = false): string {
  const p = parts(millis, zone);
  return `${p.hour}:${p.minute}${seconds ? `:${p.second}` : ''}`;
}

/// Returns the date "2026-01-05" in the zone, to group by day.
export function dateOf(millis: number, zone: string): string {
  return absolute(millis, zone).slice(0, 10);
}

/// Returns the offset of a zone at an instant: "UTC", "UTC+2", "UTC+5:30".
export function offsetName(millis: number, zone: string): string {
  const found = formatter('en-US', zone, { timeZoneName: 'shortOffset' })
    .formatToParts(millis)
    .find(part => part.type === 'timeZoneName');
  return (found?.value ?? 'UTC').replace('GMT', 'UTC');
}

const relatives = new Map<string, Intl.RelativeTimeFormat>();

function relativeFormatter(locale: string, numeric: 'auto' | 'always'): Intl.RelativeTimeFormat {
  const key = `${locale} ${numeric}`;
  let found = relatives.get(key);
  if (!found) {
    found = new Intl.RelativeTimeFormat(locale, { numeric, style: 'short' });
    relatives.set(key, found);
  }
  return found;
}

/// "in 5 min.", "3 hr. ago", "now". The unit grows so that the number stays below about 90. Above seconds it is rounded, as
/// "1 hr." for 119 minutes would be less than the "89 min." before it. Days are periods of 24 hours and not those of the
/// calendar, so none is "yesterday".
export function relative(millis: number, present: number, locale: string): string {
  const seconds = (millis - present) / 1_000;
  const size = Math.abs(seconds);
  const units: [number, Intl.RelativeTimeFormatUnit][] = [
    [90, 'second'],
    [90 * 60, 'minute'],
    [48 * 3600, 'hour'],
    [60 * 86400, 'day'],
    [730 * 86400, 'month'],
  ];
  const divisors: Partial<Record<Intl.RelativeTimeFormatUnit, number>> = {
    second: 1,
    minute: 60,
    hour: 3600,
    day: 86400,
    month: 30.44 * 86400,
    year: 365.25 * 86400,
  };
  const unit = units.find(([limit]) => size < limit)?.[1] ?? 'year';
  const value = (unit === 'second' ? Math.trunc : Math.round)(seconds / (divisors[unit] ?? 1));
  const numeric = value === 0 ? 'auto' : 'always';
  return relativeFormatter(locale, numeric).format(value || 0, unit);
}

/// "350 ms", "4.2 s", "3 min 05 s", "2 h 10 min", "3 d 4 h". Units are the symbols of SI, the same in every language.
export function duration(millis: number): string {
  if (millis < 0) return `−${duration(-millis)}`;
  if (millis < 1_000) return `${Math.round(millis)} ms`;
  if (millis < 59_950) return `${(millis / 1_000).toFixed(1).replace(/\.0$/, '')} s`;
  const seconds = Math.round(millis / 1_000);
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
