import { Tooltip } from '@mantine/core';
import { useLanguage, useText } from '../i18n';
import { useNow } from '../time/clock';
import { absolute, clockTime, type Instant, offsetName, relative, toMillis } from '../time/format';
import { useZone } from '../time/zone';

type Props = {
  at: Instant | null | undefined;
  /// The zone of the job that the time belongs to, for the choice "job's zone".
  zone?: string | undefined;
  /// Shown if there is no time; an em dash by default.
  empty?: string;
};

/// A time relative to now; the tooltip and print have the absolute one.
export function RelativeTime({ at, zone: jobZone, empty = '—' }: Props) {
  const t = useText();
  const zone = useZone(jobZone);
  const language = useLanguage();
  const millis = toMillis(at);
  // Times that are near change every second, others need not.
  const near = millis !== null && Math.abs(millis - Date.now()) < 5_400_000;
  const present = useNow(near ? 1_000 : 30_000);
  if (millis === null) return <span className="soft">{empty}</span>;
  const full = t.time.inZone(absolute(millis, zone), `${zone}, ${offsetName(millis, zone)}`);
  return (
    <Tooltip label={full}>
      <time dateTime={new Date(millis).toISOString()} className="num">
        {relative(millis, present, language)}
      </time>
    </Tooltip>
  );
}

/// An absolute time in the chosen zone; the tooltip has the relative one and the zone.
export function AbsoluteTime({ at, zone: jobZone, empty = '—' }: Props) {
  const t = useText();
  const zone = useZone(jobZone);
  const language = useLanguage();
  const present = useNow(30_000);
  const millis = toMillis(at);
  if (millis === null) return <span className="soft">{empty}</span>;
  const label = t.time.inZone(relative(millis, present, language), `${zone}, ${offsetName(millis, zone)}`);
  return (
    <Tooltip label={label}>
      <time dateTime={new Date(millis).toISOString()} className="num">
        {absolute(millis, zone)}
      </time>
    </Tooltip>
  );
}

/// The time of day, for instants of today and of the next hours; the tooltip has the date, the zone and the distance.
export function TimeOfDay({ at, zone: jobZone }: Props) {
  const t = useText();
  const zone = useZone(jobZone);
  const millis = toMillis(at);
  if (millis === null) return <span className="soft">—</span>;
  const full = t.time.inZone(absolute(millis, zone), `${zone}, ${offsetName(millis, zone)}`);
  return (
    <Tooltip label={full}>
      <time dateTime={new Date(millis).toISOString()} className="num">
        {clockTime(millis, zone, true)}
      </time>
    </Tooltip>
  );
}
