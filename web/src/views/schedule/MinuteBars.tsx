import { type KeyboardEvent, useRef } from 'react';
import { useText } from '../../i18n';
import { clockTime } from '../../time/format';
import classes from './schedule.module.css';
import type { Minute } from './spread';

type Props = {
  minutes: Minute[];
  zone: string;
  chosen: number | null;
  onChoose: (at: number | null) => void;
  peak: number | null;
};

/// The minutes of an hour as bars; what every minute has is light. Arrow keys choose a minute, Escape the whole hour.
export function MinuteBars({ minutes, zone, chosen, onChoose, peak }: Props) {
  const t = useText();
  const list = useRef<HTMLDivElement>(null);
  const most = Math.max(1, ...minutes.map(({ count }) => count));
  const least = Math.min(most, ...minutes.map(({ count }) => count));
  const index = minutes.findIndex(({ at }) => at === chosen);
  const stop = Math.max(0, index);

  function onKeyDown(event: KeyboardEvent) {
    const moves: Record<string, number> = {
      ArrowLeft: stop - 1,
      ArrowRight: stop + 1,
      PageUp: stop - 10,
      PageDown: stop + 10,
      Home: 0,
      End: minutes.length - 1,
    };
    if (event.key === 'Escape') onChoose(null);
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const clamped = Math.max(0, Math.min(minutes.length - 1, next));
    onChoose(minutes[clamped]?.at ?? null);
    list.current?.querySelectorAll<HTMLElement>('[role=option]')[clamped]?.focus();
  }

  return (
    <div className={classes.bars}>
      <div
        ref={list}
        role="listbox"
        tabIndex={-1}
        aria-label={t.schedule.hour.minutes}
        aria-orientation="horizontal"
        className={classes.barList}
        onKeyDown={onKeyDown}
      >
        {minutes.map(({ at, count }, position) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the list
          <div
            key={at}
            role="option"
            tabIndex={position === stop ? 0 : -1}
            aria-selected={at === chosen}
            aria-label={t.schedule.hour.minute(
              clockTime(at, zone),
              count === 0 ? t.schedule.map.none : t.schedule.map.occurrences(count),
            )}
            className={`${classes.bar} ${at === peak ? classes.peak : ''}`}
            title={`${clockTime(at, zone)} · ${count}`}
            onClick={() => onChoose(at === chosen ? null : at)}
          >
            <span style={{ height: count === 0 ? 0 : `max(2px, ${(count / most) * 100}%)` }}>
              <i style={{ height: count === 0 ? 0 : `${(least / count) * 100}%` }} />
            </span>
          </div>
        ))}
      </div>
      <div className={`${classes.barAxis} num`} aria-hidden="true">
        {[0, 15, 30, 45].map(minute => (
          <span key={minute}>{clockTime((minutes[0]?.at ?? 0) + minute * 60_000, zone)}</span>
        ))}
      </div>
    </div>
  );
}
