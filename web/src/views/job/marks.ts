import type { Schemas } from '../../api/client';
import type { State } from '../../components/StateBadge';
import { toMillis } from '../../time/format';
import type { Range } from './axis';

type Execution = Schemas['ExecutionSummary'];

/// What a timeline shows at an instant, or over a period.
export type Mark =
  | { kind: 'execution'; from: number; to: number; state: State; execution: Execution }
  | { kind: 'planned'; from: number; to: number; state: 'planned' }
  | { kind: 'missed'; from: number; to: number; state: 'missed'; count: number };

/// Returns the marks of a timeline in the order of their begin. An execution that has not ended lasts until `present`, one
/// that has not begun is at its scheduled time.
export function marksOf(
  executions: Execution[],
  planned: string[],
  missed: Schemas['Missed'][],
  present: number,
): Mark[] {
  const marks: Mark[] = [];
  for (const execution of executions) {
    const from = toMillis(execution.begin_at) ?? toMillis(execution.scheduled_at);
    if (from === null) continue;
    const running = execution.job_status === 'executing' || execution.job_status === 'failure';
    const to = running ? present : (toMillis(execution.end_at) ?? from);
    marks.push({ kind: 'execution', from, to: Math.max(from, to), state: execution.job_status, execution });
  }
  // An occurrence that is claimed has an execution already.
  const taken = new Set(executions.map(({ scheduled_at }) => toMillis(scheduled_at)));
  for (const text of planned) {
    const at = toMillis(text);
    if (at !== null && at > present && !taken.has(at))
      marks.push({ kind: 'planned', from: at, to: at, state: 'planned' });
  }
  for (const { from: first, to: last, count } of missed) {
    const from = toMillis(first);
    const to = toMillis(last);
    if (from !== null && to !== null) marks.push({ kind: 'missed', from, to, state: 'missed', count });
  }
  return marks.sort((a, b) => a.from - b.from);
}

export function visible(marks: Mark[], range: Range): Mark[] {
  return marks.filter(mark => mark.to >= range.from && mark.from <= range.to);
}

/// A slice of a dense timeline: as many marks as fall into it.
export type Column = { from: number; to: number; marks: Mark[] };

export const kColumn = 5;

/// Marks of which every other would cover its neighbour are drawn as columns of counts.
export function isDense(marks: Mark[], width: number): boolean {
  return width > 0 && marks.length > width / kColumn;
}

export function columnsOf(marks: Mark[], range: Range, width: number): Column[] {
  const count = Math.max(1, Math.floor(width / kColumn));
  const length = (range.to - range.from) / count;
  const columns: Column[] = Array.from({ length: count }, (_, index) => ({
    from: range.from + index * length,
    to: range.from + (index + 1) * length,
    marks: [],
  }));
  for (const mark of marks) {
    const index = Math.floor((mark.from - range.from) / length);
    columns[Math.max(0, Math.min(count - 1, index))]?.marks.push(mark);
  }
  return columns;
}

/// Returns the mark at a pixel: the nearest one whose bar is at most `reach` pixels away. Executions are preferred.
export function markAt(marks: Mark[], range: Range, width: number, x: number, reach = 5): Mark | null {
  const scale = width / (range.to - range.from);
  let best: Mark | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const mark of marks) {
    const left = (mark.from - range.from) * scale;
    const right = Math.max(left + 3, (mark.to - range.from) * scale);
    const distance = x < left ? left - x : x > right ? x - right : 0;
    const rank = distance + (mark.kind === 'execution' ? 0 : 0.5);
    if (distance <= reach && rank < least) {
      best = mark;
      least = rank;
    }
  }
  return best;
}

/// Height of a bar as a share of the greatest. The root keeps short executions visible beside long ones, and differences
/// between the usual ones too.
export function share(duration: number, greatest: number): number {
  return greatest <= 0 ? 0 : Math.sqrt(Math.max(0, duration) / greatest);
}
