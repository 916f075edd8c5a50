/// Changes between standard and daylight saving time, from the browser's zone data.
export type ClockChange = {
  /// The first instant with the new offset.
  at: number;
  /// Minutes east of UTC, before and after.
  before: number;
  after: number;
};

const formats = new Map<string, Intl.DateTimeFormat>();

/// Returns the offset of a zone in minutes; null if the browser does not know the zone.
export function offsetAt(millis: number, zone: string): number | null {
  try {
    let format = formats.get(zone);
    if (!format) {
      format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
      formats.set(zone, format);
    }
    const name = format.formatToParts(millis).find(part => part.type === 'timeZoneName')?.value ?? '';
    const found = /GMT([+-])(\d\d):(\d\d)/.exec(name);
    if (!found) return 0;
    return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3]));
  } catch {
    return null;
  }
}

const kDay = 86_400_000;

/// Returns the changes of a zone in the given number of days after an instant.
export function clockChanges(zone: string, from: number, days = 370): ClockChange[] {
  const found: ClockChange[] = [];
  const initial = offsetAt(from, zone);
  if (initial === null) return [];
  let before: number = initial;
  for (let day = 0; day < days; day += 7) {
    let low = from + day * kDay;
    let high = low + 7 * kDay;
    const after: number = offsetAt(high, zone) ?? before;
    if (after === before) continue;
    while (high - low > 1_000) {
      const middle = Math.floor((low + high) / 2_000) * 1_000;
      if (middle <= low || middle >= high) break;
      if (offsetAt(middle, zone) === before) low = middle;
      else high = middle;
    }
    found.push({ at: high, before, after });
    before = after;
  }
  return found;
}

/// Whether an expression names fixed times of day, which clock changes skip or repeat: second, minute and hour have
/// neither `*` nor a step. Others run in every real hour.
export function isFixed(expression: string): boolean {
  const text = expression.trim().replace(/^(CRON_)?TZ=\S+\s+/, '');
  if (/^@(hourly|every)/i.test(text) || /^\d{4}-/.test(text)) return false;
  if (text.startsWith('@')) return true;
  const fields = text.split(/\s+/);
  if (fields.length < 5) return false;
  const times = fields.length === 5 ? fields.slice(0, 2) : fields.slice(0, 3);
  return times.every(field => !/[*/?]/.test(field));
}

/// What happens to a schedule at a change. `moved`: an occurrence lies in the hour that is skipped; `repeated`: one lies
/// in the hour that exists twice.
export type ClockEffect = { change: ClockChange; kind: 'moved' | 'repeated' };

/// Compares the occurrences around a change under both policies: those that differ are concerned by it.
export function effectOf(change: ClockChange, plain: string[], other: string[]): ClockEffect | null {
  const first = plain.map(at => Date.parse(at));
  const second = other.map(at => Date.parse(at));
  if (change.after > change.before) {
    // run_after has an occurrence at the first instant after the gap that skip has not.
    return first[0] === change.at && second[0] !== change.at ? { change, kind: 'moved' } : null;
  }
  // both has an occurrence in the second pass that first has not.
  const end = change.at + (change.before - change.after) * 60_000;
  const extra = second.some(at => at < end && at >= change.at && !first.includes(at));
  return extra ? { change, kind: 'repeated' } : null;
}

/// Local time "2026-03-29 02:00" at an instant with an offset in minutes.
export function localTime(millis: number, offset: number): string {
  return new Date(millis + offset * 60_000).toISOString().slice(0, 16).replace('T', ' ');
}

/// Returns the instant, with its offset, of a local time 'YYYY-MM-DDTHH:MM[:SS]' in a zone; null if it is no time.
export function zonedInstant(local: string, zone: string): string | null {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?$/.exec(local);
  if (!found) return null;
  const text = `${found[1]}T${found[2]}${found[3] ?? ':00'}`;
  const wall = Date.parse(`${text}Z`);
  if (Number.isNaN(wall)) return null;
  let offset = offsetAt(wall, zone);
  if (offset === null) return null;
  offset = offsetAt(wall - offset * 60_000, zone) ?? offset;
  if (offset === 0) return `${text}Z`;
  const size = Math.abs(offset);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${text}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/// Returns the local time of an instant in a zone, as an input of type datetime-local holds it; '' if it is no instant.
export function localInput(instant: string, zone: string): string {
  const millis = Date.parse(instant);
  const offset = Number.isNaN(millis) ? null : offsetAt(millis, zone);
  if (offset === null) return '';
  const text = new Date(millis + offset * 60_000).toISOString().slice(0, 19);
  return text.endsWith(':00') ? text.slice(0, 16) : text;
}
