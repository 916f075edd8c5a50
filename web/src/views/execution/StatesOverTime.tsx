import { Section } from '../../components/Page';
import { AbsoluteTime } from '../../components/RelativeTime';
import { StateBadge } from '../../components/StateBadge';
import { useText } from '../../i18n';
import type { Messages } from '../../i18n/messages';
import { useNow } from '../../time/clock';
import { duration, toMillis } from '../../time/format';
import classes from './execution.module.css';
import { hasEnded, type Phase, phasesOf } from './model';
import type { Execution } from './queries';

/// How the execution spent its time: one bar, and the same as a list.
export function StatesOverTime({ execution, zone }: { execution: Execution; zone: string | undefined }) {
  const t = useText();
  const words = t.execution.states;
  const over = hasEnded(execution);
  const present = useNow(over ? 60_000 : 1_000);
  const phases = phasesOf(execution, present);
  const begin = phases[0]?.from ?? 0;
  const end = phases.at(-1)?.to ?? 0;
  const length = Math.max(1, end - begin);
  return (
    <Section
      title={words.title}
      aside={phases.length > 0 ? <span className="num">{duration(end - begin)}</span> : null}
    >
      {phases.length === 0 ? (
        <p className={`${classes.pad} soft`}>{words.none}</p>
      ) : (
        <div className={classes.states}>
          <div className={classes.gantt} aria-hidden="true">
            {phases.map(phase => (
              <span
                key={`${phase.kind} ${phase.from}`}
                className={`${classes.phase} ${classes[toneOf(phase)]}`}
                style={{ flexGrow: Math.max(0.001, (phase.to - phase.from) / length) }}
                title={`${nameOf(phase, t)}: ${duration(phase.to - phase.from)}`}
              />
            ))}
          </div>
          <ol className={classes.stateList} aria-label={words.label}>
            {phases.map(phase => (
              <li key={`${phase.kind} ${phase.from}`}>
                <i className={`${classes.key} ${classes[toneOf(phase)]}`} aria-hidden="true" />
                <span>
                  {nameOf(phase, t)}
                  {phase.attempt ? (
                    <span className="soft"> · {t.execution.attempt.state[phase.attempt.job_status]}</span>
                  ) : null}
                </span>
                <span className={`${classes.stateOffset} num soft`}>+{duration(phase.from - begin)}</span>
                <span className={`${classes.stateTime} num`}>
                  <AbsoluteTime at={phase.from} zone={zone} />
                </span>
                <span className={`${classes.stateLength} num`}>{duration(phase.to - phase.from)}</span>
              </li>
            ))}
            {over ? (
              <li>
                <span className={classes.stateEnd}>
                  <StateBadge state={execution.job_status} />
                </span>
                <span className={`${classes.stateOffset} num soft`}>+{duration(end - begin)}</span>
                <span className={`${classes.stateTime} num`}>
                  <AbsoluteTime at={toMillis(execution.attempts.at(-1)?.end_at) ?? end} zone={zone} />
                </span>
                <span className={classes.stateLength} />
              </li>
            ) : null}
          </ol>
        </div>
      )}
    </Section>
  );
}

function nameOf(phase: Phase, t: Messages): string {
  const words = t.execution.states;
  if (phase.kind === 'attempt') return words.attempt(phase.attempt?.attempt ?? 1);
  return words[phase.kind];
}

function toneOf(phase: Phase): string {
  if (phase.kind !== 'attempt') return phase.kind;
  return phase.attempt?.job_status === 'failure' ? 'failed' : (phase.attempt?.job_status ?? 'executing');
}
