import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useEffectiveTheme } from '../../app/color_scheme';
import { useWidth } from '../../components/useWidth';
import { useText } from '../../i18n';
import { clockTime } from '../../time/format';
import { pan, type Range, ticks, zoom } from './axis';
import { columnsOf, isDense, type Mark, markAt, visible } from './marks';
import { spoken, TimelineTip } from './TimelineTip';
import classes from './timeline.module.css';
import { drawTimeline } from './timeline_draw';

type Props = {
  marks: Mark[];
  range: Range;
  present: number;
  zone: string;
  asked: number | null;
  endless: number | null;
  empty: boolean;
  onRange: (range: Range) => void;
  onOpen: (executeId: string) => void;
  onExplain: (at: number) => void;
};

type Drag = { x: number; range: Range; moved: boolean };

/// The canvas of a timeline with pointer and keyboard. It is a slider for readers of the screen: arrow keys choose the
/// previous or next mark, and its value says what is there.
export function TimelineCanvas(props: Props) {
  const { marks, present, zone, asked, endless } = props;
  const { from, to } = props.range;
  const range = useMemo(() => ({ from, to }), [from, to]);
  const t = useText();
  const theme = useEffectiveTheme();
  const [ref, width] = useWidth<HTMLCanvasElement>();
  const [cursor, setCursor] = useState<number | null>(null);
  const drag = useRef<Drag | null>(null);
  const length = range.to - range.from;

  const shown = useMemo(() => visible(marks, range), [marks, range]);
  const columns = useMemo(
    () => (isDense(shown, width) ? columnsOf(shown, range, width) : null),
    [shown, range, width],
  );
  const lines = useMemo(() => ticks(range, width / 88, zone), [range, width, zone]);
  const toX = (at: number) => ((at - range.from) / length) * width;
  const columnAt = (at: number) => columns?.find(each => at >= each.from && at < each.to) ?? null;
  const markNear = (at: number) => (columns ? null : markAt(shown, range, width, toX(at)));
  const column = cursor === null ? null : columnAt(cursor);
  const mark = cursor === null ? null : markNear(cursor);
  const chosen = column && column.marks.length > 0 ? column : mark;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours depend on the theme
  useEffect(() => {
    if (!ref.current || width === 0) return;
    drawTimeline(ref.current, {
      range,
      present,
      marks: shown,
      columns,
      ticks: lines,
      cursor,
      chosen,
      asked,
      endless,
    });
  }, [ref, width, shown, columns, lines, range, present, cursor, chosen, asked, endless, theme]);

  const instantAt = (clientX: number) => {
    const box = ref.current?.getBoundingClientRect();
    return box ? range.from + ((clientX - box.left) / box.width) * length : range.from;
  };
  useWheelZoom(ref, (clientX, factor) => props.onRange(zoom(range, instantAt(clientX), factor)));

  function open(at: number) {
    const slice = columnAt(at);
    if (slice && slice.marks.length > 0) {
      const only = slice.marks[0];
      if (slice.marks.length === 1 && only?.kind === 'execution') props.onOpen(only.execution.execute_id);
      else props.onRange(zoom(range, (slice.from + slice.to) / 2, 0.1));
      return;
    }
    const near = markNear(at);
    if (near?.kind === 'execution') props.onOpen(near.execution.execute_id);
    else props.onExplain(Math.floor((near?.from ?? at) / 1_000) * 1_000);
  }

  const pointer = {
    onPointerDown(event: PointerEvent) {
      if (event.button === 0) drag.current = { x: event.clientX, range, moved: false };
    },
    onPointerMove(event: PointerEvent) {
      const held = drag.current;
      if (held && (held.moved || Math.abs(event.clientX - held.x) > 4)) {
        if (!held.moved) ref.current?.setPointerCapture(event.pointerId);
        held.moved = true;
        setCursor(null);
        props.onRange(pan(held.range, ((held.x - event.clientX) / Math.max(1, width)) * length));
      } else setCursor(instantAt(event.clientX));
    },
    onPointerUp(event: PointerEvent) {
      const held = drag.current;
      drag.current = null;
      // By its own position: a tap has no move before it, and that of a quick click may not be rendered yet.
      if (held && !held.moved) open(instantAt(event.clientX));
    },
    onPointerLeave() {
      if (!drag.current?.moved) setCursor(null);
    },
    onPointerCancel() {
      drag.current = null;
      setCursor(null);
    },
  };

  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = cursor ?? Math.min(present, range.to);
    const handled = keyAction(event, at);
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
    handled();
  }

  function moveTo(at: number) {
    setCursor(at);
    if (at < range.from || at > range.to) props.onRange(pan(range, at - (range.from + range.to) / 2));
  }

  function keyAction(event: KeyboardEvent, at: number): (() => void) | null {
    const forward = event.key === 'ArrowRight';
    if (forward || event.key === 'ArrowLeft') {
      if (event.shiftKey) return () => moveTo(at + ((forward ? 1 : -1) * length) / 100);
      return () =>
        moveTo(
          neighbour(columns ? columns.filter(each => each.marks.length > 0) : shown, at, forward, chosen),
        );
    }
    switch (event.key) {
      case 'Home':
        return () => setCursor(range.from);
      case 'End':
        return () => setCursor(range.to);
      case 'PageUp':
        return () => props.onRange(pan(range, -length / 2));
      case 'PageDown':
        return () => props.onRange(pan(range, length / 2));
      case '+':
      case '=':
        return () => props.onRange(zoom(range, at, 0.5));
      case '-':
        return () => props.onRange(zoom(range, at, 2));
      case 'Enter':
      case ' ':
        return cursor === null ? null : () => open(cursor);
      case 'Escape':
        return cursor === null ? null : () => setCursor(null);
      default:
        return null;
    }
  }

  const tip =
    cursor === null
      ? null
      : {
          at: cursor,
          mark: column?.marks.length === 1 ? (column.marks[0] ?? null) : mark,
          column: column ?? null,
        };
  return (
    <div className={classes.timeline}>
      <canvas
        ref={ref}
        className={classes.timelineCanvas}
        role="slider"
        tabIndex={0}
        aria-label={t.job.timeline.label}
        aria-valuemin={Math.round(range.from / 1_000)}
        aria-valuemax={Math.round(range.to / 1_000)}
        aria-valuenow={Math.round((cursor ?? Math.min(present, range.to)) / 1_000)}
        aria-valuetext={tip ? spoken(tip, zone, t) : t.job.timeline.nothing}
        onKeyDown={onKeyDown}
        onBlur={() => setCursor(null)}
        {...pointer}
      />
      {props.empty && !tip ? <p className={`${classes.nothing} soft`}>{t.job.timeline.empty}</p> : null}
      <div className={`${classes.ticks} num`} aria-hidden="true">
        {lines.map(({ at, label, strong }) =>
          Math.abs(toX(at) - toX(present)) < 56 || toX(at) < 16 || toX(at) > width - 16 ? null : (
            <span key={at} className={strong ? classes.tickStrong : ''} style={{ left: toX(at) }}>
              {label}
            </span>
          ),
        )}
        {present > range.from && present < range.to ? (
          <span
            className={classes.tickNow}
            style={{ left: `clamp(44px, ${toX(present)}px, calc(100% - 44px))` }}
          >
            {t.job.timeline.now} {clockTime(present, zone)}
          </span>
        ) : null}
      </div>
      {tip ? (
        <TimelineTip tip={tip} left={toX(tip.at) / Math.max(1, width)} present={present} zone={zone} />
      ) : null}
    </div>
  );
}

/// Returns the instant of the next or previous mark or column; the same instant if there is none.
function neighbour(
  all: { from: number; to: number }[],
  at: number,
  forward: boolean,
  chosen: unknown,
): number {
  const begin = chosen ? (chosen as { from: number }).from : at;
  const found = forward
    ? all.find(each => each.from > begin + 1)
    : all.findLast(each => each.from < begin - 1);
  // One millisecond inside a column, so that it contains the cursor.
  return found ? found.from + 1 : at;
}

/// Zooms by Ctrl and the wheel, as pinching a touch pad does; a listener of React would be passive.
function useWheelZoom(
  ref: React.RefObject<HTMLCanvasElement | null>,
  act: (x: number, factor: number) => void,
) {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      latest.current(event.clientX, Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 120));
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, [ref]);
}
