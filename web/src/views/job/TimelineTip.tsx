import { isLate, knownLateness } from '../../components/lateness';
import { reasonText } from '../../components/reason';
import { StateBadge } from '../../components/StateBadge';
import { formatNumber, useLanguage, useText } from '../../i18n';
import type { Messages } from '../../i18n/messages';
import { absolute, clockTime, dateOf, duration, relative } from '../../time/format';
import type { Column, Mark } from './marks';
import classes from './timeline.module.css';

/// What is below the pointer: one mark, a slice with several, or an instant without any.
export type Tip = { at: number; mark: Mark | null; column: Column | null };

type Row = [string, string];

function rowsOf(mark: Mark, t: Messages): Row[] {
  const words = t.job.timeline;
  if (mark.kind !== 'execution') return [];
  const { duration_ms, execute_times } = mark.execution;
  const late = isLate(mark.execution) ? knownLateness(mark.execution) : null;
  const rows: Row[] = [];
  if (mark.to > mark.from) rows.push([words.took, duration(duration_ms ?? mark.to - mark.from)]);
  if (late !== null) rows.push([words.late, duration(late)]);
  if (execute_times > 1) rows.push([words.attempts, String(execute_times)]);
  return rows;
}

function counts(column: Column): [Mark['state'], number][] {
  const found = new Map<Mark['state'], number>();
  for (const { state } of column.marks) found.set(state, (found.get(state) ?? 0) + 1);
  return [...found];
}

/// The tip as a sentence for readers of the screen.
export function spoken({ at, mark, column }: Tip, zone: string, t: Messages): string {
  if (mark) {
    const rows = rowsOf(mark, t).map(([name, value]) => `${name} ${value}`);
    return [absolute(mark.from, zone), t.state[mark.state], ...rows].join(', ');
  }
  if (column && column.marks.length > 0)
    return `${absolute(column.from, zone)}: ${counts(column)
      .map(([state, count]) => `${count} ${t.state[state]}`)
      .join(', ')}`;
  return `${absolute(at, zone)}: ${t.job.timeline.nothing}`;
}

export function TimelineTip({
  tip,
  left,
  present,
  zone,
}: {
  tip: Tip;
  left: number;
  present: number;
  zone: string;
}) {
  const t = useText();
  const language = useLanguage();
  const { at, mark, column } = tip;
  const time = mark ? mark.from : column && column.marks.length > 0 ? column.from : at;
  const several = !mark && column !== null && column.marks.length > 0;
  const words = t.job.timeline;
  return (
    <div className={classes.tip} style={{ left: `clamp(120px, ${left * 100}%, calc(100% - 120px))` }}>
      <div className={`${classes.tipTime} num`}>
        {dateOf(time, zone)} {clockTime(time, zone, true)}
        {several ? ` – ${clockTime(column.to, zone, true)}` : null}
      </div>
      <div className="soft">{relative(time, present, language)}</div>
      {mark ? (
        <>
          <StateBadge state={mark.state} />
          {rowsOf(mark, t).map(([name, value]) => (
            <div key={name} className={classes.tipRow}>
              <span className="soft">{name}</span>
              <span className="num">{value}</span>
            </div>
          ))}
          {mark.kind === 'execution' && mark.execution.reason ? (
            <div className={classes.tipReason}>{reasonText(mark.execution.reason, t)}</div>
          ) : null}
          {mark.kind === 'missed' ? <div>{words.missed(mark.count)}</div> : null}
        </>
      ) : several ? (
        counts(column).map(([state, count]) => (
          <div key={state} className={classes.tipRow}>
            <StateBadge state={state} />
            <span className="num">{formatNumber(count)}</span>
          </div>
        ))
      ) : (
        <div>{words.nothing}</div>
      )}
      <div className={classes.tipHint}>
        {several
          ? words.zoom
          : mark?.kind === 'execution'
            ? words.open
            : time > present
              ? words.explainFuture
              : words.explain}
      </div>
    </div>
  );
}
