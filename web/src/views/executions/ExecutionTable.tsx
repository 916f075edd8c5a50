import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { Schemas } from '../../api/client';
import { isLate, kLate } from '../../components/lateness';
import { AbsoluteTime, RelativeTime } from '../../components/RelativeTime';
import { reasonText } from '../../components/reason';
import { StateBadge } from '../../components/StateBadge';
import { Bone } from '../../components/States';
import { useText } from '../../i18n';
import { useAsOfNow } from '../../time/clock';
import { duration, toMillis } from '../../time/format';
import classes from './executions.module.css';

type Execution = Schemas['ExecutionSummary'];

/// Executions as a table; narrow screens show each as a card.
export function ExecutionTable({
  rows,
  label,
  withJob = false,
  zone,
}: {
  rows: Execution[] | undefined;
  label: string;
  withJob?: boolean;
  zone?: string | undefined;
}) {
  const t = useText();
  const words = t.executions.columns;
  const columns = [
    words.state,
    ...(withJob ? [words.job] : []),
    words.begin,
    words.duration,
    words.lateness,
    words.attempts,
    words.trigger,
    words.reason,
  ];
  return (
    <table className={`${classes.table} ${withJob ? classes.withJob : ''}`} aria-label={label}>
      <thead className={classes.headGroup}>
        <tr className={`${classes.row} ${classes.head}`}>
          {columns.map(column => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows
          ? rows.map(row => <Row key={row.execute_id} row={row} withJob={withJob} zone={zone} />)
          : [0, 1, 2, 3, 4, 5, 6, 7].map(index => <BoneRow key={index} withJob={withJob} />)}
      </tbody>
    </table>
  );
}

type RowProps = { row: Execution; withJob: boolean; zone: string | undefined };

/// Whether two rows look the same. New executions move the others down, so that each is another object with every read.
function equalRows(a: RowProps, b: RowProps): boolean {
  const names = Object.keys(b.row) as (keyof Execution)[];
  return a.withJob === b.withJob && a.zone === b.zone && names.every(name => a.row[name] === b.row[name]);
}

const Row = memo(function Row({ row, withJob, zone }: RowProps) {
  const t = useText();
  const begun = row.begin_at !== '';
  const late = isLate(row);
  const reason = reasonText(row.reason, t);
  const retried = !late && row.lateness_ms !== null && row.lateness_ms >= kLate;
  return (
    <tr className={classes.row}>
      <td className={classes.state}>
        <StateBadge state={row.job_status} />
      </td>
      {withJob ? (
        <td className={`${classes.job} truncate`} title={row.job_name}>
          <Link to="/jobs/$jobId" params={{ jobId: row.job_id }} className={classes.jobLink}>
            {row.job_name}
          </Link>
        </td>
      ) : null}
      <td className={classes.begin}>
        <Link to="/executions/$executeId" params={{ executeId: row.execute_id }} className={classes.link}>
          {begun ? (
            <>
              <AbsoluteTime at={row.begin_at} zone={zone} />
              <span className={classes.ago}>
                <RelativeTime at={row.begin_at} zone={zone} />
              </span>
            </>
          ) : row.scheduled_at ? (
            <>
              <AbsoluteTime at={row.scheduled_at} zone={zone} />
              <span className={classes.ago}>{t.executions.notBegun}</span>
            </>
          ) : (
            t.executions.notBegun
          )}
        </Link>
      </td>
      <td className={`${classes.duration} num`}>
        <Duration row={row} />
      </td>
      <td
        className={`${late ? classes.late : 'soft'} num`}
        title={retried ? t.executions.afterRetry : undefined}
      >
        {row.lateness_ms === null ? '—' : late || retried ? duration(row.lateness_ms) : t.executions.onTime}
      </td>
      <td className="num">{row.execute_times}</td>
      <td className="soft" title={t.executions.triggerHelp[row.trigger]}>
        {t.executions.trigger[row.trigger]}
      </td>
      <td className={`${classes.reason} truncate`} title={reason}>
        {reason}
      </td>
    </tr>
  );
}, equalRows);

function Duration({ row }: { row: Execution }) {
  const running = row.job_status === 'executing' || row.job_status === 'failure';
  const begin = toMillis(row.begin_at);
  if (running && begin !== null) return <Elapsed since={begin} />;
  return row.duration_ms === null ? '—' : duration(row.duration_ms);
}

function Elapsed({ since }: { since: number }) {
  return useAsOfNow(present => duration(Math.max(0, Math.floor((present - since) / 1_000) * 1_000)));
}

function BoneRow({ withJob }: { withJob: boolean }) {
  return (
    <tr className={classes.row}>
      <td className={classes.state}>
        <Bone width={76} height={20} />
      </td>
      {withJob ? (
        <td className={classes.job}>
          <Bone width="70%" />
        </td>
      ) : null}
      <td className={classes.begin}>
        <Bone width={180} />
      </td>
      <td className={classes.duration}>
        <Bone width={48} />
      </td>
      {/* As many cells as a row has: which ones a width shows depends on their number. */}
      <td />
      <td />
      <td />
      <td />
    </tr>
  );
}

type Pages = {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
  /// Whether the list stands still; undefined: it always follows.
  paused?: boolean;
  toNewest?: () => unknown;
};

/// The foot of a list: loads the next page, or says that it is complete.
export function MoreRows({ query, count }: { query: Pages; count: number }) {
  const t = useText();
  const words = t.executions;
  return (
    <div className={classes.foot}>
      {query.hasNextPage ? (
        <Button
          className="no-print"
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => query.fetchNextPage()}
        >
          {words.more}
        </Button>
      ) : null}
      <span className="soft">
        {count === 0 && query.hasNextPage ? words.searching : words.shown(count)}
        {query.hasNextPage ? '' : ` · ${words.end}`}
      </span>
      {query.paused ? (
        <span className={`${classes.status} no-print`}>
          {words.paused}
          <Button variant="subtle" size="compact-sm" onClick={() => query.toNewest?.()}>
            {words.toNewest}
          </Button>
        </span>
      ) : null}
    </div>
  );
}
