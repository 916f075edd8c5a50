import { type KeyboardEvent, type ReactNode, useEffect, useState } from 'react';
import { useEffectiveTheme } from '../app/color_scheme';
import { formatNumber, useText } from '../i18n';
import { clockTime } from '../time/format';
import { useZone } from '../time/zone';
import { StateBadge } from './StateBadge';
import classes from './TimelineStrip.module.css';
import { drawStrip } from './timeline_canvas';
import { type Bucket, kAbove, kBelow } from './timeline_model';
import { useWidth } from './useWidth';

type Props = {
  buckets: Bucket[];
  present: number;
  label: string;
  onOpen: (bucket: Bucket) => void;
  /// Further content of the tooltip, such as the names of jobs.
  details?: (bucket: Bucket) => ReactNode;
};

/// Past and future on one axis, drawn on a canvas: what went well and what is planned above the axis, failures below.
/// It is a slider for the keyboard and for readers of the screen: arrow keys choose a slice, Enter opens it.
export function TimelineStrip({ buckets, present, label, onOpen, details }: Props) {
  const t = useText();
  const zone = useZone();
  const theme = useEffectiveTheme();
  const [ref, width] = useWidth<HTMLCanvasElement>();
  const [chosen, setChosen] = useState<number | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours depend on the theme
  useEffect(() => {
    if (ref.current && width > 0) drawStrip(ref.current, buckets, present, chosen);
  }, [ref, width, buckets, present, chosen, theme]);

  const first = buckets[0];
  const last = buckets[buckets.length - 1];
  const bucket = chosen === null ? undefined : buckets[chosen];
  const middle = Math.floor(buckets.length / 2);

  function choose(clientX: number) {
    const box = ref.current?.getBoundingClientRect();
    if (!box) return;
    const index = Math.floor(((clientX - box.left) / box.width) * buckets.length);
    setChosen(Math.max(0, Math.min(buckets.length - 1, index)));
  }

  function onKeyDown(event: KeyboardEvent) {
    const current = chosen ?? middle;
    const moves: Record<string, number> = {
      ArrowLeft: current - 1,
      ArrowRight: current + 1,
      PageUp: current - 10,
      PageDown: current + 10,
      Home: 0,
      End: buckets.length - 1,
    };
    const next = moves[event.key];
    if (next !== undefined) {
      event.preventDefault();
      setChosen(Math.max(0, Math.min(buckets.length - 1, next)));
    } else if (event.key === 'Enter' && bucket) onOpen(bucket);
    else if (event.key === 'Escape') setChosen(null);
  }

  const time = (at: number) => clockTime(at, zone);
  const states = [...kBelow, ...kAbove];
  const spoken = (each: Bucket) =>
    `${time(each.from)}: ${
      states
        .filter(state => each.counts[state])
        .map(state => `${formatNumber(each.counts[state] ?? 0)} ${t.state[state]}`)
        .join(', ') || t.overview.timeline.none
    }`;
  const at = buckets[chosen ?? middle];
  return (
    <div className={classes.strip}>
      <canvas
        ref={ref}
        className={classes.canvas}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, buckets.length - 1)}
        aria-valuenow={chosen ?? middle}
        aria-valuetext={at ? spoken(at) : t.overview.timeline.none}
        title={undefined}
        onPointerMove={event => choose(event.clientX)}
        onPointerLeave={() => setChosen(null)}
        onBlur={() => setChosen(null)}
        onClick={() => bucket && onOpen(bucket)}
        onKeyDown={onKeyDown}
      />
      {first && last ? (
        <div className={`${classes.axis} num`} aria-hidden="true">
          <span>{time(first.from)}</span>
          <span className={classes.middle}>
            {t.overview.timeline.now} · {time(present)}
          </span>
          <span>{time(last.to)}</span>
        </div>
      ) : null}
      {bucket && chosen !== null ? (
        <div
          className={classes.tip}
          style={{ left: `clamp(100px, ${((chosen + 0.5) / buckets.length) * 100}%, calc(100% - 100px))` }}
        >
          <div className={`${classes.tipTime} num`}>
            {time(bucket.from)}–{time(bucket.to)}
          </div>
          {states.map(state =>
            bucket.counts[state] ? (
              <div key={state} className={classes.tipRow}>
                <StateBadge state={state} />
                <span className="num">{formatNumber(bucket.counts[state] ?? 0)}</span>
              </div>
            ) : null,
          )}
          {states.some(state => bucket.counts[state]) ? null : (
            <div className="soft">{t.overview.timeline.none}</div>
          )}
          {details?.(bucket)}
        </div>
      ) : null}
    </div>
  );
}
