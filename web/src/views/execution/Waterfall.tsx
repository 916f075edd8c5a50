import { useText } from '../../i18n';
import { duration } from '../../time/format';
import classes from './execution.module.css';
import { type Timing, timingOf } from './model';

/// The phases of a request as bars below each other.
export function Waterfall({ detail }: { detail: Record<string, unknown> }) {
  const t = useText();
  const words = t.execution.timing;
  const phases = timingOf(detail);
  const total = phases.at(-1)?.to ?? 0;
  if (total <= 0) return null;
  return (
    <div>
      <h3 className={classes.partTitle}>{t.execution.attempt.timing}</h3>
      <table className={classes.waterfall} aria-label={words.label}>
        <tbody>
          {phases.map(phase => (
            <tr key={phase.phase}>
              <th scope="row">{words[phase.phase]}</th>
              <td className={classes.track}>
                <span
                  className={`${classes.trackBar} ${classes[phase.phase]}`}
                  style={{ left: `${(phase.from / total) * 100}%`, width: `${width(phase, total)}%` }}
                />
              </td>
              <td className={`${classes.trackTime} num`}>{precise(phase.to - phase.from)}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">{words.total}</th>
            <td className="soft">{phases.some(({ phase }) => phase === 'connect') ? '' : words.reused}</td>
            <td className={`${classes.trackTime} num`}>{precise(total)}</td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}

function width(phase: Timing, total: number): number {
  return Math.max(0.6, ((phase.to - phase.from) / total) * 100);
}

/// Below 10 ms with one digit: the phases of a local request differ there.
function precise(millis: number): string {
  return millis < 10 ? `${millis.toFixed(1)} ms` : duration(millis);
}
