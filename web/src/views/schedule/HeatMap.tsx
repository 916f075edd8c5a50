// biome-ignore-all lint/a11y/useSemanticElements: a grid of cells to move in, not a table to read
import { type KeyboardEvent, type PointerEvent, useMemo, useState } from 'react';
import { useWidth } from '../../components/useWidth';
import { useText } from '../../i18n';
import { now } from '../../time/clock';
import { clockTime } from '../../time/format';
import { useDayName } from './day_name';
import classes from './HeatMap.module.css';
import { HeatAxis, HeatLegend, HeatRow } from './HeatParts';
import {
  type Cell,
  comparable,
  heatOf,
  type Measure,
  type Point,
  positionOf,
  Scale,
  transposed,
} from './heat';

type Props = {
  points: Point[];
  days: number[];
  zone: string;
  label: string;
  measure?: Measure;
  /// Cells with failures have a mark.
  marks?: boolean;
  chosen: number | null;
  onChoose: (cell: Cell) => void;
  spoken: (cell: Cell) => string;
};

type Place = [number, number];

/// Days × times of day as a grid for the pointer and the keyboard. On narrow screens the days are columns.
export function HeatMap(props: Props) {
  const { points, days, zone, label, measure = 'count', marks = false, chosen, onChoose, spoken } = props;
  const t = useText();
  const [ref, width] = useWidth<HTMLDivElement>();
  const upright = width > 0 && width < 560;
  const minutes = upright ? 60 : width < 900 ? 30 : 15;
  const heat = useMemo(() => heatOf(points, days, zone, minutes), [points, days, zone, minutes]);
  const rows = useMemo(() => (upright ? transposed(heat.rows) : heat.rows), [heat, upright]);
  const scale = useMemo(() => new Scale(comparable(heat, measure)), [heat, measure]);
  const [pointed, setPointed] = useState<Place | null>(null);
  const [focused, setFocused] = useState<Place | null>(null);
  const selected = useMemo(() => (chosen === null ? null : positionOf(rows, chosen)), [rows, chosen]);
  const first = useMemo(() => firstPlace(rows), [rows]);
  const stop = placeExists(rows, focused) ? focused : (selected ?? first);
  const dayName = useDayName(zone);
  const rowName = (index: number) =>
    upright ? `${String(index).padStart(2, '0')}:00` : dayName(heat.days[index] ?? 0);

  const when = (cell: Cell) =>
    `${dayName(cell.from)} ${clockTime(cell.from, zone)}–${clockTime(cell.to, zone)}`;
  const placeOf = (target: EventTarget): Place | null => {
    const at = target instanceof HTMLElement ? target.dataset.place : undefined;
    const [y, x] = (at ?? '').split(' ').map(Number);
    return at && y !== undefined && x !== undefined ? [y, x] : null;
  };

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    const from = placeOf(event.target);
    if (!from) return;
    const cell = rows[from[0]]?.[from[1]];
    if ((event.key === 'Enter' || event.key === ' ') && cell) {
      event.preventDefault();
      onChoose(cell);
      return;
    }
    const next = moved(rows, from, event.key);
    if (!next) return;
    event.preventDefault();
    setFocused(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-place="${next.join(' ')}"]`)?.focus();
  }

  const shown = pointed ?? focused;
  const tip = shown ? rows[shown[0]]?.[shown[1]] : null;
  return (
    <>
      <div
        className={`${classes.map} ${measure === 'count' ? '' : classes[measure]}`}
        style={{ ['--label' as string]: upright ? '44px' : '88px' }}
      >
        <HeatAxis heat={heat} upright={upright} zone={zone} />
        <div
          ref={ref}
          className={classes.grid}
          role="grid"
          aria-label={label}
          tabIndex={-1}
          onKeyDown={onKeyDown}
          onPointerOver={(event: PointerEvent) => setPointed(placeOf(event.target))}
          onPointerLeave={() => setPointed(null)}
          onFocus={event => setFocused(placeOf(event.target))}
          onBlur={() => setFocused(null)}
          onClick={event => {
            const at = placeOf(event.target);
            const cell = at ? rows[at[0]]?.[at[1]] : null;
            if (cell) onChoose(cell);
          }}
        >
          {/* How long a cell is follows from the width, which is known before anything is painted. */}
          {(width > 0 ? rows : []).map((row, y) => (
            <HeatRow
              // biome-ignore lint/suspicious/noArrayIndexKey: rows are places
              key={y}
              y={y}
              name={rowName(y)}
              today={!upright && (days[y] ?? 0) <= now() && now() < (days[y + 1] ?? 0)}
              cells={row}
              scale={scale}
              measure={measure}
              marks={marks}
              spaced={upright}
              stop={stop?.[0] === y ? stop[1] : null}
              selected={selected?.[0] === y ? selected[1] : null}
              spoken={cell => t.schedule.map.cell(when(cell), spoken(cell))}
            />
          ))}
        </div>
        {shown && tip ? (
          <div
            className={classes.tip}
            style={{
              ['--part' as string]: (shown[1] + 0.5) / (rows[0]?.length ?? 1),
              top: `calc(30px + ${shown[0]} * (var(--row) + 2px))`,
            }}
          >
            <strong className="num">{when(tip)}</strong>
            <div>{spoken(tip)}</div>
          </div>
        ) : null}
      </div>
      <HeatLegend scale={scale} minutes={minutes} measure={measure} marks={marks} zone={zone} />
    </>
  );
}

function firstPlace(rows: (Cell | null)[][]): Place | null {
  for (const [y, row] of rows.entries()) {
    const x = row.findIndex(Boolean);
    if (x >= 0) return [y, x];
  }
  return null;
}

function placeExists(rows: (Cell | null)[][], place: Place | null): place is Place {
  return place !== null && Boolean(rows[place[0]]?.[place[1]]);
}

const moves: Record<string, Place> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [0, -4],
  PageDown: [0, 4],
};

/// Returns the next cell with data in the direction of a key; null if there is none, or if the key does not move.
export function moved(rows: (Cell | null)[][], from: Place, key: string): Place | null {
  if (key === 'Home' || key === 'End') {
    const row = rows[from[0]] ?? [];
    const x = key === 'Home' ? row.findIndex(Boolean) : row.findLastIndex(Boolean);
    return x < 0 ? null : [from[0], x];
  }
  const step = moves[key];
  if (!step) return null;
  let [y, x] = [from[0] + step[0], from[1] + step[1]];
  while (rows[y] && x >= 0 && x < (rows[y]?.length ?? 0)) {
    if (rows[y]?.[x]) return [y, x];
    y += step[0];
    x += step[1];
  }
  return null;
}
