import { Tooltip } from '@mantine/core';
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { type Language, useLanguage, useText } from '../i18n';
import type { Messages } from '../i18n/messages';
import { now, useAsOfNow } from '../time/clock';
import { absolute, clockTime, type Instant, offsetName, relative, toMillis } from '../time/format';
import { useZone } from '../time/zone';

type Props = {
  at: Instant | null | undefined;
  /// The zone of the job that the time belongs to, for the choice "job's zone".
  zone?: string | undefined;
  /// Shown if there is no time; an em dash by default.
  empty?: string;
};

/// Times that are near change every second, others need not.
const kNear = 5_400_000;
const kDelay = 250;

/// A time relative to now; the tooltip and print have the absolute one.
export function RelativeTime({ at, zone: jobZone, empty = '—' }: Props) {
  const t = useText();
  const zone = useZone(jobZone);
  const language = useLanguage();
  const millis = toMillis(at);
  const near = millis !== null && Math.abs(millis - Date.now()) < kNear;
  const text = useAsOfNow(
    present => (millis === null ? '' : relative(millis, present, language)),
    near ? 1_000 : 30_000,
  );
  if (millis === null) return <span className="soft">{empty}</span>;
  return <Time millis={millis} text={text} hint={() => fullTime(millis, zone, t)} />;
}

/// An absolute time in the chosen zone; the tooltip has the relative one and the zone.
export function AbsoluteTime({ at, zone: jobZone, empty = '—' }: Props) {
  const t = useText();
  const zone = useZone(jobZone);
  const language = useLanguage();
  const millis = toMillis(at);
  if (millis === null) return <span className="soft">{empty}</span>;
  const hint = () => distance(millis, zone, language, t);
  return <Time millis={millis} text={absolute(millis, zone)} hint={hint} />;
}

/// The time of day, for instants of today and of the next hours; the tooltip has the date, the zone and the distance.
export function TimeOfDay({ at, zone: jobZone }: Props) {
  const t = useText();
  const zone = useZone(jobZone);
  const millis = toMillis(at);
  if (millis === null) return <span className="soft">—</span>;
  return <Time millis={millis} text={clockTime(millis, zone, true)} hint={() => fullTime(millis, zone, t)} />;
}

function fullTime(millis: number, zone: string, t: Messages): string {
  return t.time.inZone(absolute(millis, zone), `${zone}, ${offsetName(millis, zone)}`);
}

function distance(millis: number, zone: string, language: Language, t: Messages): string {
  return t.time.inZone(relative(millis, now(), language), `${zone}, ${offsetName(millis, zone)}`);
}

/// A time with a tooltip that exists only while it is shown: a list has hundreds of times, and a Tooltip for each was
/// most of what rendering one costs.
function Time({ millis, text, hint }: { millis: number; text: string; hint: () => string }) {
  const element = useRef<HTMLTimeElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [pointed, setPointed] = useState(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  const enter = (event: PointerEvent) => {
    if (event.pointerType === 'touch') return;
    timer.current = setTimeout(() => setPointed(true), kDelay);
  };
  const leave = () => {
    clearTimeout(timer.current);
    setPointed(false);
  };
  return (
    <>
      <time
        ref={element}
        dateTime={new Date(millis).toISOString()}
        className="num"
        onPointerEnter={enter}
        onPointerLeave={leave}
      >
        {text}
      </time>
      {pointed ? <Tooltip target={element} label={hint()} defaultOpened /> : null}
    </>
  );
}
