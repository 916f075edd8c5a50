import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Schemas } from '../../api/client';
import { Section } from '../../components/Page';
import { RelativeTime, TimeOfDay } from '../../components/RelativeTime';
import { reasonText } from '../../components/reason';
import { StateBadge } from '../../components/StateBadge';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { useNow } from '../../time/clock';
import { duration, toMillis } from '../../time/format';
import classes from './overview.module.css';
import { type Execution, useJobsById } from './queries';

type Query<Data> = { data: Data | undefined; error: unknown; refetch: () => unknown };

/// A list that is loading, failed, empty, or has rows; the rows have the height of the skeleton's.
export function Rows<Data>({
  query,
  empty,
  children,
}: {
  query: Query<Data[]>;
  empty: { title: string; help: string };
  children: (rows: Data[]) => ReactNode;
}) {
  if (query.data === undefined && query.error)
    return <ErrorState compact error={query.error} onRetry={() => query.refetch()} />;
  if (query.data === undefined) return <BoneRows count={3} />;
  if (query.data.length === 0)
    return (
      <EmptyState compact title={empty.title}>
        {empty.help}
      </EmptyState>
    );
  return <ul className={classes.rows}>{children(query.data)}</ul>;
}

export function BoneRows({ count }: { count: number }) {
  return (
    <div className={classes.rows}>
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bones have no identity
        <div key={index} className={classes.row}>
          <Bone width={`${56 + ((index * 8) % 24)}%`} />
        </div>
      ))}
    </div>
  );
}

export function FailingJobs({ query, count }: { query: Query<Schemas['OverviewJob'][]>; count: number }) {
  const t = useText();
  const shown = query.data?.length ?? 0;
  return (
    <Section
      title={t.overview.failingTitle}
      aside={
        count > shown ? (
          <Link to="/jobs" search={{ state: 'abandon', enabled: 'true' }}>
            {t.overview.failingMore(count)}
          </Link>
        ) : null
      }
    >
      <Rows query={query} empty={{ title: t.overview.failingNone, help: t.overview.failingNoneHelp }}>
        {rows =>
          rows.map(job => (
            <li key={job.job_id} className={classes.row}>
              <StateBadge state="abandon" compact />
              <div className={classes.main}>
                <Link to="/jobs/$jobId" params={{ jobId: job.job_id }} className={`${classes.name} truncate`}>
                  {job.job_name}
                </Link>
                <div className={`${classes.reason} truncate`}>
                  {job.execute_id ? (
                    <Link to="/executions/$executeId" params={{ executeId: job.execute_id }}>
                      {job.reason ? reasonText(job.reason, t) : t.state.abandon}
                    </Link>
                  ) : (
                    <span className="soft">{t.overview.unknownReason}</span>
                  )}
                </div>
              </div>
              <div className={classes.end}>
                {job.since ? (
                  <>
                    <span className={`${classes.since} soft`}>{t.overview.since(job.streak_complete)}</span>{' '}
                    <RelativeTime at={job.since} />
                  </>
                ) : null}
                <div className={`${classes.recent} soft`}>
                  {t.overview.streak(job.streak, job.streak_complete)}
                </div>
              </div>
            </li>
          ))
        }
      </Rows>
    </Section>
  );
}

const kRunning = 8;

type LateRow = { late: Execution } | { missed: Schemas['Missed'] };

export function LateAndMissed({ query }: { query: Query<LateRow[]> }) {
  const t = useText();
  return (
    <div id="late" className={classes.anchor}>
      <Section title={t.overview.lateTitle}>
        <Rows query={query} empty={{ title: t.overview.lateNone, help: t.overview.lateNoneHelp }}>
          {rows =>
            rows.map(row =>
              'late' in row ? (
                <li key={row.late.execute_id} className={classes.row}>
                  <StateBadge state={row.late.job_status} compact />
                  <div className={classes.main}>
                    <Link
                      to="/executions/$executeId"
                      params={{ executeId: row.late.execute_id }}
                      className={`${classes.name} truncate`}
                    >
                      {row.late.job_name}
                    </Link>
                    <div className="soft">{t.overview.startedLate(duration(row.late.lateness_ms ?? 0))}</div>
                  </div>
                  <div className={classes.end}>
                    <RelativeTime at={row.late.begin_at} />
                  </div>
                </li>
              ) : (
                <li key={row.missed.missed_id} className={classes.row}>
                  <StateBadge state="missed" compact />
                  <div className={classes.main}>
                    <Link
                      to="/jobs/$jobId"
                      params={{ jobId: row.missed.job_id }}
                      className={`${classes.name} truncate`}
                    >
                      {row.missed.job_name}
                    </Link>
                    <div className="soft truncate">
                      {t.overview.missedCount(row.missed.count)} · {reasonText(row.missed.reason, t)}
                    </div>
                  </div>
                  <div className={classes.end}>
                    <RelativeTime at={row.missed.to} />
                  </div>
                </li>
              ),
            )
          }
        </Rows>
      </Section>
    </div>
  );
}

export function RunningNow({ query, all }: { query: Query<Schemas['OverviewExecution'][]>; all: number }) {
  const t = useText();
  return (
    <Section
      title={t.overview.runningTitle}
      aside={
        all > kRunning ? (
          <Link to="/executions" search={{ state: 'executing' }}>
            {t.overview.failingMore(all)}
          </Link>
        ) : null
      }
    >
      <Rows query={query} empty={{ title: t.overview.runningNone, help: t.overview.runningNoneHelp }}>
        {rows =>
          rows
            .slice(0, kRunning)
            .map(execution => <Running key={execution.execute_id} execution={execution} />)
        }
      </Rows>
    </Section>
  );
}

function Running({ execution }: { execution: Schemas['OverviewExecution'] }) {
  const t = useText();
  const usual = execution.p95_ms;
  const present = useNow(1_000);
  const elapsed = Math.max(0, present - (toMillis(execution.begin_at) ?? present));
  const long = usual !== null && elapsed > usual;
  return (
    <li className={classes.row}>
      <StateBadge state="executing" compact />
      <div className={classes.main}>
        <Link
          to="/executions/$executeId"
          params={{ executeId: execution.execute_id }}
          className={`${classes.name} truncate`}
        >
          {execution.job_name}
        </Link>
        {usual === null ? null : (
          <div className={classes.meter} aria-hidden="true">
            <span
              className={long ? classes.meterLong : ''}
              style={{ width: `${Math.min(100, (elapsed / usual) * 100)}%` }}
            />
          </div>
        )}
      </div>
      <div className={`${classes.end} num`}>
        {duration(Math.floor(elapsed / 1_000) * 1_000)}
        <div className={long ? classes.warn : 'soft'}>
          {long ? t.overview.longer : usual === null ? null : t.overview.usual(duration(usual))}
        </div>
      </div>
    </li>
  );
}

export function NextRuns({ query, paused }: { query: Query<Schemas['OverviewRun'][]>; paused: boolean }) {
  const t = useText();
  // For their zones.
  const jobs = useJobsById(query.data?.map(({ job_id }) => job_id) ?? []).data;
  return (
    <Section title={t.overview.nextTitle} aside={<Link to="/schedule">{t.nav.schedule}</Link>}>
      {paused ? <p className={`${classes.pausedNote} soft`}>{t.overview.nextPaused}</p> : null}
      <Rows query={query} empty={{ title: t.overview.nextNone, help: t.overview.nextNoneHelp }}>
        {rows =>
          rows.map(({ job_id, job_name, at }) => {
            const job = jobs?.get(job_id);
            return (
              <li key={job_id} className={classes.row}>
                <div className={classes.main}>
                  <Link to="/jobs/$jobId" params={{ jobId: job_id }} className={`${classes.name} truncate`}>
                    {job_name || job_id.slice(0, 8)}
                  </Link>
                </div>
                <div className={`${classes.end} ${classes.inline}`}>
                  <RelativeTime at={at} zone={job?.job_context.timezone} />
                  <span className={`${classes.exact} soft`}>
                    <TimeOfDay at={at} zone={job?.job_context.timezone} />
                  </span>
                </div>
              </li>
            );
          })
        }
      </Rows>
    </Section>
  );
}
