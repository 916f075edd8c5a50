import { Button, SegmentedControl } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Section } from '../../components/Page';
import { AbsoluteTime, RelativeTime } from '../../components/RelativeTime';
import { reasonText } from '../../components/reason';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import table from '../../components/Table.module.css';
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
          <Link from="/schedule" to="/schedule" search={({ job: _job, ...before }) => before}>
            {words.allJobs}
          </Link>
        ) : null}
      </p>
      {rows === undefined && missed.error ? (
        <ErrorState compact error={missed.error} onRetry={() => missed.refetch()} />
      ) : rows === undefined ? (
        <div className={classes.bones}>
          {[70, 60, 65, 55, 70, 60, 65, 55].map((width, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the bars have no identity
            <Bone key={row} width={`${width}%`} />
          ))}
        </div>
      ) : rows.length === 0 ? (
        <EmptyState icon="check" title={words.none}>
          {words.noneHelp}
        </EmptyState>
      ) : (
        <>
          <table className={table.table}>
            <thead>
              <tr>
                <th>{words.job}</th>
                <th className={table.number}>{words.count}</th>
                <th>{words.first}</th>
                <th>{words.last}</th>
                <th>{words.reason}</th>
                <th className={table.spare}>{words.recorded}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(row => (
                <tr key={row.missed_id}>
                  <td data-label={words.job}>
                    <Link
                      to="/jobs/$jobId"
                      params={{ jobId: row.job_id }}
                      className={`${classes.name} truncate`}
                    >
                      {row.job_name}
                    </Link>
                  </td>
                  <td data-label={words.count} className={`${table.number} num`}>
                    {formatNumber(row.count)}
                  </td>
                  <td data-label={words.first} className={table.tight}>
                    <AbsoluteTime at={row.from} />
                  </td>
                  <td data-label={words.last} className={table.tight}>
                    {row.count > 1 ? <AbsoluteTime at={row.to} /> : '—'}
                  </td>
                  <td data-label={words.reason}>{reasonText(row.reason, t)}</td>
                  <td data-label={words.recorded} className={table.spare}>
                    <RelativeTime at={row.recorded_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {missed.hasNextPage ? (
            <div className={`${table.more} no-print`}>
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
