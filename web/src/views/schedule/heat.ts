import { minuteOfDay } from '../../time/day';

/// The heat map: quarters of an hour counted into cells of days and times of day.
export const kQuarter = 900_000;

/// What happens, or happened, in a quarter of an hour.
export type Point = { at: number; count: number; failed: number; late: number };

/// A cell; `from` is the first instant of it that has data. A time that a clock change repeats is one cell.
export type Cell = {
  from: number;
  to: number;
  quarters: number;
  count: number;
  failed: number;
  late: number;
};

/// Rows of cells; null: the cell has no data, because it lies outside the window or a clock change skips it.
export type Heat = { days: number[]; minutes: number; rows: (Cell | null)[][] };

/// Returns one row per day, with cells of `minutes`, which divides an hour.
export function heatOf(points: Point[], days: number[], zone: string, minutes: number): Heat {
  const columns = 1_440 / minutes;
  const rows = days.slice(0, -1).map((): (Cell | null)[] => Array.from({ length: columns }, () => null));
  let day = 0;
  for (const { at, count, failed, late } of points) {
    while (day + 1 < days.length && at >= (days[day + 1] ?? 0)) day++;
    const row = rows[day];
    if (!row || at < (days[day] ?? 0)) continue;
    const column = Math.floor(minuteOfDay(at, zone) / minutes);
    const cell = row[column];
    if (!cell) row[column] = { from: at, to: at + kQuarter, quarters: 1, count, failed, late };
    else {
      cell.to = at + kQuarter;
      cell.quarters++;
      cell.count += count;
      cell.failed += failed;
      cell.late += late;
    }
  }
  return { days: days.slice(0, -1), minutes, rows };
}

/// Exchanges days and times, for narrow screens: hours become rows.
export function transposed<Value>(rows: Value[][]): Value[][] {
  return (rows[0] ?? []).map((_, column) => rows.map(row => row[column] as Value));
}

export type Measure = 'count' | 'failed' | 'late';

export const kLevels = 5;

/// The colour of a value, from 0 (none) to kLevels. Jobs that run all the time add the same to every cell, so the scale
/// begins at the smallest value, and is logarithmic above it: one peak must not hide the others.
export class Scale {
  readonly low: number;
  readonly high: number;

  constructor(values: number[]) {
    const present = values.filter(value => value > 0);
    this.high = present.reduce((a, b) => Math.max(a, b), 0);
    this.low = present.reduce((a, b) => Math.min(a, b), this.high);
  }

  level(value: number): number {
    if (value <= 0) return 0;
    if (this.high === this.low) return 1;
    const part = Math.log1p(Math.max(0, value - this.low)) / Math.log1p(this.high - this.low);
    return Math.min(kLevels, 1 + Math.floor(part * kLevels));
  }
}

/// Returns the cell with the largest value, the earliest of several; null if all are empty.
export function peakOf(rows: (Cell | null)[][], measure: Measure): Cell | null {
  let peak: Cell | null = null;
  for (const cell of rows.flat()) if (cell && cell[measure] > (peak?.[measure] ?? 0)) peak = cell;
  return peak;
}

/// Returns the values of the cells that are as long as the others: the first one of the future and hours that a clock
/// change repeats would stretch the scale.
export function comparable({ rows, minutes }: Heat, measure: Measure): number[] {
  return rows.flat().flatMap(cell => (cell && cell.quarters * 15 === minutes ? [cell[measure]] : []));
}

/// Returns the position of the cell that contains an instant; null if there is none.
export function positionOf(rows: (Cell | null)[][], at: number): [number, number] | null {
  for (const [y, row] of rows.entries()) {
    const x = row.findIndex(cell => cell && at >= cell.from && at < cell.to);
    if (x >= 0) return [y, x];
  }
  return null;
}
