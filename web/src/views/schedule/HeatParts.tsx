// biome-ignore-all lint/a11y/useSemanticElements: a grid of cells to move in, not a table to read
import { memo } from 'react';
import { formatNumber, useText } from '../../i18n';
import { useDayName } from './day_name';
import classes from './HeatMap.module.css';
import { type Cell, type Heat, kLevels, type Measure, type Scale } from './heat';

/// A row of cells; rendered again only if something of it has changed.
export const HeatRow = memo(
  function HeatRow({
    y,
    name,
    today,
    cells,
    scale,
    measure,
    marks,
    spaced,
    stop,
    selected,
    spoken,
  }: {
    y: number;
    name: string;
    today: boolean;
    cells: (Cell | null)[];
    scale: Scale;
    measure: Measure;
    marks: boolean;
    spaced: boolean;
    stop: number | null;
    selected: number | null;
    spoken: (cell: Cell) => string;
  }) {
    return (
      <div className={classes.row} role="row" tabIndex={-1}>
        <span role="rowheader" tabIndex={-1} className={`${classes.label} num ${today ? classes.today : ''}`}>
          {name}
        </span>
        <div className={`${classes.cells} ${spaced ? classes.spaced : ''}`} role="presentation">
          {cells.map((cell, x) =>
            cell ? (
              <div
                // biome-ignore lint/suspicious/noArrayIndexKey: cells are places
                key={x}
                role="gridcell"
                className={`${classes.cell} ${classes[`l${scale.level(cell[measure])}`]} ${
                  marks && cell.failed > 0 ? classes.hasFailed : ''
                }`}
                data-place={`${y} ${x}`}
                tabIndex={x === stop ? 0 : -1}
                aria-selected={x === selected}
                aria-label={spoken(cell)}
              />
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: cells are places
              <span key={x} className={classes.void} role="gridcell" tabIndex={-1} aria-label="—" />
            ),
          )}
        </div>
      </div>
    );
  },
  (a, b) =>
    a.cells === b.cells &&
    a.scale === b.scale &&
    a.measure === b.measure &&
    a.stop === b.stop &&
    a.selected === b.selected &&
    a.name === b.name &&
    a.spaced === b.spaced,
);

export function HeatAxis({ heat, upright, zone }: { heat: Heat; upright: boolean; zone: string }) {
  const dayName = useDayName(zone, true);
  return (
    <div className={`${classes.axis} num`} aria-hidden="true">
      <span />
      <div className={`${classes.ticks} ${upright ? classes.centred : ''}`}>
        {upright
          ? heat.days.map(day => <span key={day}>{dayName(day)}</span>)
          : [0, 3, 6, 9, 12, 15, 18, 21].map(hour => (
              <span key={hour}>{`${String(hour).padStart(2, '0')}:00`}</span>
            ))}
      </div>
    </div>
  );
}

export function HeatLegend({
  scale,
  minutes,
  measure,
  marks,
  zone,
}: {
  scale: Scale;
  minutes: number;
  measure: Measure;
  marks: boolean;
  zone: string;
}) {
  const t = useText();
  return (
    <div className={`${classes.foot} ${measure === 'count' ? '' : classes[measure]}`}>
      {scale.high > 0 ? (
        <span className={classes.legend}>
          <span className={classes.swatches} aria-hidden="true">
            {Array.from({ length: scale.low === scale.high ? 1 : kLevels }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: levels have no other identity
              <span key={index} className={`${classes.swatch} ${classes[`l${index + 1}`]}`} />
            ))}
          </span>
          <span className="num">
            {t.schedule.map.legend(
              formatNumber(scale.low),
              scale.low === scale.high ? '' : formatNumber(scale.high),
              minutes,
            )}
          </span>
        </span>
      ) : null}
      {marks && measure === 'count' ? (
        <span className={classes.legend}>
          <span className={`${classes.swatch} ${classes.l2} ${classes.hasFailed}`} aria-hidden="true" />
          {t.schedule.map.failedMark}
        </span>
      ) : null}
      <span>{t.schedule.map.inZone(zone)}</span>
      <span className={classes.end}>{t.schedule.map.keys}</span>
    </div>
  );
}
