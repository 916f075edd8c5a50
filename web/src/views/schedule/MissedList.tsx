import { Button, SegmentedControl } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Section } from '../../components/Page';
import { AbsoluteTime, RelativeTime } from '../../components/RelativeTime';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { formatNumber, useText } from '../../i18n';
import { now } from '../../time/clock';
import { useMissedRecords } from './queries';
import classes from './schedule.module.css';
import type { ScheduleSearch } from './search';

const kDay = 86_400_000;

/// Occurrences that will not run, newest first.
export function MissedList() {
  const t = useText();
  const words = t.schedule.missed;
  const { days = '7', job } = useSearch({ from: '/schedule' });
  const navigate = useNavigate({ from: '/schedule' });
  const [present] = useState(() => Math.floor(now() / 60_000) * 60_000);
  const missed = useMissedRecords(present - Number(days) * kDay, job);
  const rows = missed.data?.pages.flatMap(page => page.rows);
  return (
    <Section
      title={words.title}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={words.window}
          value={days}
          data={['1', '7', '30'].map(value => ({ value, label: words.windows[value as '7'] }))}
          onChange={value =>
            navigate({
              search: ({ days: _days, ...before }): ScheduleSearch => ({
                ...before,
                ...(value === '7' ? {} : { days: value as '1' }),
              }),
              replace: true,
            })
          }
        />
      }
    >
      <p className={`${classes.intro} soft`}>
        {words.help}{' '}
        {job ? (
          <Link to="/schedule" search={({ job: _job, ...before }) => before}>
            {words.allJobs}
          </Link>
        ) : null}
      </p>
      {rows === undefined && missed.error ? (
        <ErrorState compact error={missed.error} onRetry={() => missed.refetch()} />
      ) : rows === undefined ? (
        <div className={classes.bars}>
          <Bone width="70%" height={16} />
        </div>
      ) : rows.length === 0 ? (
        <EmptyState icon="check" title={words.none}>
          {words.noneHelp}
        </EmptyState>
      ) : (
        <>
          <table className={classes.records}>
            <thead>
              <tr>
                <th>{words.job}</th>
                <th className={classes.number}>{words.count}</th>
                <th>{words.first}</th>
                <th>{words.last}</th>
                <th>{words.reason}</th>
                <th>{words.recorded}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(row => (
                <tr key={row.missed_id}>
                  <td className={classes.jobCell}>
                    <Link
                      to="/jobs/$jobId"
                      params={{ jobId: row.job_id }}
                      className={`${classes.name} truncate`}
                    >
                      {row.job_name}
                    </Link>
                  </td>
                  <td className={`${classes.number} num`}>{formatNumber(row.count)}</td>
                  <td className={classes.wide}>
                    <AbsoluteTime at={row.from} />
                  </td>
                  <td className={classes.hidden}>{row.count > 1 ? <AbsoluteTime at={row.to} /> : '—'}</td>
                  <td>{row.reason}</td>
                  <td>
                    <RelativeTime at={row.recorded_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {missed.hasNextPage ? (
            <div className={`${classes.more} no-print`}>
              <Button
                variant="default"
                loading={missed.isFetchingNextPage}
                onClick={() => missed.fetchNextPage()}
              >
                {words.more}
              </Button>
            </div>
          ) : null}
        </>
      )}
    </Section>
  );
}
