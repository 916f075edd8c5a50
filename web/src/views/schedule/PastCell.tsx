import { Link } from '@tanstack/react-router';
import { Section } from '../../components/Page';
import { StateBadge } from '../../components/StateBadge';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { clockTime, duration } from '../../time/format';
import { instant } from '../overview/queries';
import { byJob } from './by_job';
import { useDayName } from './day_name';
import { useCellExecutions } from './queries';
import classes from './schedule.module.css';

/// The executions of a quarter of an hour, by job; jobs with failures first.
export function PastCell({ range, zone }: { range: { from: number; to: number }; zone: string }) {
  const t = useText();
  const words = t.schedule.past;
  const dayName = useDayName(zone);
  const executions = useCellExecutions(range);
  const rows = executions.data ? byJob(executions.data.rows) : undefined;
  const limits = { from: instant(range.from), to: instant(range.to - 1_000) };
  return (
    <Section
      title={t.schedule.hour.title(
        dayName(range.from),
        clockTime(range.from, zone),
        clockTime(range.to, zone),
      )}
      aside={
        <Link to="/executions" search={limits}>
          {words.openAll}
        </Link>
      }
    >
      {rows === undefined && executions.error ? (
        <ErrorState compact error={executions.error} onRetry={() => executions.refetch()} />
      ) : rows === undefined ? (
        <div className={classes.bars}>
          <Bone width="60%" />
        </div>
      ) : rows.length === 0 ? (
        <EmptyState compact title={words.none}>
          {words.noneHelp}
        </EmptyState>
      ) : (
        <ul className={classes.jobs}>
          {rows.map(({ id, name, count, failed, late, median }) => (
            <li key={id} className={`${classes.job} ${classes.runs}`}>
              <span className={classes.named}>
                <StateBadge state={failed > 0 ? 'abandon' : 'success'} compact />
                <Link to="/jobs/$jobId" params={{ jobId: id }} className={`${classes.name} truncate`}>
                  {name}
                </Link>
              </span>
              <span className="num">
                {failed > 0 ? (
                  <Link
                    to="/executions"
                    search={{ ...limits, job: id, state: 'abandon' }}
                    className={classes.bad}
                  >
                    {t.schedule.map.failed(failed)}
                  </Link>
                ) : null}
                {late > 0 ? <span className={classes.warn}> {t.schedule.map.late(late)}</span> : null}
              </span>
              <Link to="/executions" search={{ ...limits, job: id }} className="num">
                {t.schedule.map.executions(count)}
              </Link>
              <span className={`${classes.times} num`} title={words.median}>
                {median === null ? '—' : duration(median)}
              </span>
            </li>
          ))}
          {executions.data?.after ? <li className={`${classes.job} soft`}>{words.partial}</li> : null}
        </ul>
      )}
    </Section>
  );
}
