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

/// Below which share of the values a colour ends, from the second to the last one.
const kShares = [0.35, 0.65, 0.85, 0.95];

/// The colour of a value, from 0 (none) to kLevels: by its rank among the others, so that every map shows its quiet and
/// its crowded times, whether jobs that run all the time add the same to each cell, or one peak is far above the rest.
export class Scale {
  readonly low: number;
  readonly high: number;
  private readonly bounds: number[];

  constructor(values: number[]) {
    const present = values.filter(value => value > 0).sort((a, b) => a - b);
    this.low = present[0] ?? 0;
    this.high = present.at(-1) ?? 0;
    this.bounds = kShares.map(share => present[Math.floor(share * (present.length - 1))] ?? 0);
  }

  level(value: number): number {
    if (value <= 0) return 0;
    if (value <= this.low) return 1;
    if (value >= this.high) return kLevels;
    return 1 + this.bounds.filter(bound => value > bound).length;
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
