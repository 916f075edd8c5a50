import type { State } from '../../components/StateBadge';
import { kBelow } from '../../components/timeline_model';
import type { Range, Tick } from './axis';
import { type Column, kColumn, type Mark, share } from './marks';

const kTop = 8;
const kBelowHeight = 44;
const kLeastHeight = 5;
const kLeastWidth = 3;

const colours: Record<State, string> = {
  success: '--success-solid',
  executing: '--executing-solid',
  failure: '--failure-solid',
  abandon: '--abandon-solid',
  interrupt: '--interrupt-solid',
  pending: '--pending-solid',
  unknown: '--pending-solid',
  none: '--pending-solid',
  missed: '--failure-solid',
  planned: '--planned-solid',
};

export type Drawing = {
  range: Range;
  present: number;
  marks: Mark[];
  columns: Column[] | null;
  ticks: Tick[];
  /// The instant of the pointer or of the keyboard's cursor, and the mark there.
  cursor: number | null;
  chosen: Mark | Column | null;
  /// The instant that is being explained.
  asked: number | null;
  /// From here on occurrences are not known one by one, but continue.
  endless: number | null;
};

/// Draws a timeline. The canvas has its CSS size already; its resolution follows the screen's.
export function drawTimeline(canvas: HTMLCanvasElement, drawing: Drawing): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const paint: Paint = {
    context,
    width,
    height,
    axis: height - kBelowHeight,
    colour: name => style.getPropertyValue(name).trim(),
    x: at => ((at - drawing.range.from) / (drawing.range.to - drawing.range.from)) * width,
  };
  drawGround(paint, drawing);
  if (drawing.columns) drawColumns(paint, drawing.columns, drawing.chosen);
  else drawMarks(paint, drawing.marks, drawing.chosen);
  drawLines(paint, drawing);
}

type Paint = {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  axis: number;
  colour: (name: string) => string;
  x: (at: number) => number;
};

function drawGround({ context, width, height, axis, colour, x }: Paint, drawing: Drawing): void {
  const now = x(drawing.present);
  if (now < width) {
    context.fillStyle = colour('--panel-hover');
    context.fillRect(Math.max(0, now), 0, width, height);
  }
  if (drawing.endless !== null) {
    const left = Math.max(0, x(drawing.endless));
    context.fillStyle = colour('--planned-soft');
    context.fillRect(left, axis - 16, Math.max(0, width - left), 15);
  }
  context.fillStyle = colour('--line');
  for (const { at } of drawing.ticks) context.fillRect(Math.round(x(at)), 0, 1, height);
  context.fillStyle = colour('--line-strong');
  context.fillRect(0, axis - 0.5, width, 1);
}

function drawMarks(paint: Paint, marks: Mark[], chosen: Mark | Column | null): void {
  const { context, axis, height, colour, x } = paint;
  const greatest = Math.max(1, ...marks.map(mark => (mark.kind === 'execution' ? mark.to - mark.from : 0)));
  for (const mark of marks) {
    const below = kBelow.includes(mark.state);
    const room = below ? height - axis - 8 : axis - kTop;
    const part = mark.kind === 'execution' ? share(mark.to - mark.from, greatest) : 0.25;
    const size = Math.max(kLeastHeight, Math.min(1, part) * room);
    const left = x(mark.from);
    const breadth = Math.max(kLeastWidth, x(mark.to) - left);
    const top = below ? axis + 2 : axis - 1 - size;
    if (mark === chosen) {
      context.fillStyle = colour('--line-strong');
      context.fillRect(left - 2, below ? axis + 2 : kTop, breadth + 4, below ? room : axis - kTop);
    }
    if (mark.kind === 'planned') {
      context.fillStyle = colour('--planned-soft');
      context.fillRect(left, top, breadth, size);
      context.fillStyle = colour(colours.planned);
      context.fillRect(left, top, breadth, 2);
    } else {
      context.fillStyle = colour(colours[mark.state]);
      context.beginPath();
      context.roundRect(left, top, breadth, size, Math.min(2, breadth / 2));
      context.fill();
    }
  }
}

function drawColumns(paint: Paint, columns: Column[], chosen: Mark | Column | null): void {
  const { context, axis, height, colour, x } = paint;
  const count = (column: Column, below: boolean) =>
    column.marks.filter(mark => kBelow.includes(mark.state) === below).length;
  const most = Math.max(1, ...columns.map(column => Math.max(count(column, false), count(column, true))));
  for (const column of columns) {
    const left = x(column.from);
    if (column === chosen) {
      context.fillStyle = colour('--line');
      context.fillRect(left, 0, kColumn, height);
    }
    for (const below of [false, true]) {
      const room = below ? height - axis - 8 : axis - kTop;
      let y = below ? axis + 2 : axis - 1;
      const states = new Map<State, number>();
      for (const { state } of column.marks)
        if (kBelow.includes(state) === below) states.set(state, (states.get(state) ?? 0) + 1);
      for (const [state, number] of states) {
        const size = Math.max(kLeastHeight, (number / most) * room) / (states.size > 1 ? 1.2 : 1);
        context.fillStyle = colour(state === 'planned' ? '--planned-soft' : colours[state]);
        if (!below) y -= size;
        context.fillRect(left, y, kColumn - 1, size);
        if (state === 'planned') {
          context.fillStyle = colour(colours.planned);
          context.fillRect(left, y, kColumn - 1, 2);
        }
        if (below) y += size;
      }
    }
  }
}

function drawLines({ context, width, height, colour, x }: Paint, drawing: Drawing): void {
  const line = (at: number, name: string, dash: number[], breadth = 1) => {
    const left = Math.round(x(at)) + 0.5;
    if (left < 0 || left > width) return;
    context.strokeStyle = colour(name);
    context.lineWidth = breadth;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(left, 0);
    context.lineTo(left, height);
    context.stroke();
    context.setLineDash([]);
  };
  line(drawing.present, '--ink', [3, 3]);
  if (drawing.cursor !== null && drawing.chosen === null) line(drawing.cursor, '--ink-soft', []);
  if (drawing.asked !== null) line(drawing.asked, '--accent', [], 2);
}
