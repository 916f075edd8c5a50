import type { State } from './StateBadge';
import { type Bucket, heights, kAbove, kBelow, total } from './timeline_model';

const kTop = 4;
const kBelowHeight = 36;
const kLeast = 3;

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

/// Draws the columns of a strip. The canvas has its CSS size already; its resolution follows the screen's.
export function drawStrip(
  canvas: HTMLCanvasElement,
  buckets: Bucket[],
  present: number,
  chosen: number | null,
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(name).trim();

  const axis = height - kBelowHeight;
  const column = width / Math.max(1, buckets.length);
  const gap = column > 6 ? 2 : column > 3 ? 1 : 0;
  const most = Math.max(
    1,
    ...buckets.map(bucket => total(bucket, kAbove)),
    ...buckets.map(bucket => total(bucket, kBelow)),
  );
  const scale = (axis - kTop) / most;

  const draw = (states: State[], bucket: Bucket, x: number, up: boolean) => {
    const counts = states.map(state => bucket.counts[state] ?? 0);
    const limit = up ? axis - kTop : kBelowHeight - 4;
    let y = up ? axis - 1 : axis + 1;
    heights(counts, scale, limit, kLeast).forEach((size, index) => {
      const state = states[index];
      if (size === 0 || !state) return;
      if (up) y -= size;
      const breadth = Math.max(1, column - gap);
      // What is only planned is drawn lightly, with a line on top.
      context.fillStyle = colour(state === 'planned' ? '--planned-soft' : colours[state]);
      context.fillRect(x + gap / 2, y, breadth, size);
      if (state === 'planned') {
        context.fillStyle = colour(colours.planned);
        context.fillRect(x + gap / 2, y, breadth, 2);
      }
      if (!up) y += size;
    });
  };

  if (chosen !== null) {
    context.fillStyle = colour('--panel-hover');
    context.fillRect(chosen * column, 0, column, height);
  }
  context.fillStyle = colour('--line');
  context.fillRect(0, axis - 0.5, width, 1);
  buckets.forEach((bucket, index) => {
    draw(kAbove, bucket, index * column, true);
    draw(kBelow, bucket, index * column, false);
  });
  drawPresent(context, buckets, present, column, height, colour('--ink'));
}

function drawPresent(
  context: CanvasRenderingContext2D,
  buckets: Bucket[],
  present: number,
  column: number,
  height: number,
  ink: string,
): void {
  const first = buckets[0];
  if (!first) return;
  const x = ((present - first.from) / (first.to - first.from)) * column;
  context.strokeStyle = ink;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(Math.round(x) + 0.5, 0);
  context.lineTo(Math.round(x) + 0.5, height);
  context.stroke();
  context.setLineDash([]);
}
