import { useText } from '../i18n';
import classes from './Sparkline.module.css';
import type { State } from './StateBadge';
import { kBelow } from './timeline_model';

const kSlot = 5;
const kUp = 16;
const kDown = 8;

/// The latest runs of a job, oldest at the left: duration as height (on a logarithmic scale), state as colour, and
/// failures below the axis.
export function Sparkline({
  runs,
  slots = 20,
}: {
  runs: { job_status: State; duration_ms: number | null }[];
  slots?: number;
}) {
  const t = useText();
  const shown = runs.slice(0, slots).reverse();
  const size = (milliseconds: number | null) => Math.log10(Math.max(1, milliseconds ?? 1) + 9);
  const most = Math.max(1.2, ...shown.map(run => size(run.duration_ms)));
  const bad = shown.filter(run => kBelow.includes(run.job_status)).length;
  const offset = slots - shown.length;
  return (
    <svg
      className={classes.spark}
      width={slots * kSlot}
      height={kUp + kDown + 1}
      role="img"
      aria-label={t.jobs.runsLabel(shown.length, bad)}
    >
      <rect className={classes.axis} x={0} y={kUp} width={slots * kSlot} height={1} />
      {shown.map((run, index) => {
        const below = kBelow.includes(run.job_status);
        const height = Math.max(2, (size(run.duration_ms) / most) * (below ? kDown : kUp));
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: bars have no identity
            key={index}
            className={classes[run.job_status]}
            x={(offset + index) * kSlot}
            y={below ? kUp + 1 : kUp - height}
            width={kSlot - 1}
            height={height}
          />
        );
      })}
    </svg>
  );
}
