import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Icon } from '../../components/icons';
import { Section } from '../../components/Page';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import table from '../../components/Table.module.css';
import { useText } from '../../i18n';
import { now } from '../../time/clock';
import { useJobsById } from '../overview/queries';
import { AuditRow } from './AuditRow';
import { jobsOf } from './audit_model';
import classes from './operations.module.css';
import { useAuditPages } from './queries';
import type { OperationsSearch } from './search';

const kDay = 86_400_000;
/// Names are requested for as many jobs, the last changed ones.
const kNamed = 100;

/// Who changed what, newest first, of one object or of all.
export function AuditLog() {
  const t = useText();
  const words = t.operations.audit;
  const { object, days } = useSearch({ from: '/operations' });
  const navigate = useNavigate({ from: '/operations' });
  const [present] = useState(() => Math.floor(now() / 60_000) * 60_000);
  const audit = useAuditPages(object, days ? present - Number(days) * kDay : null);
  const rows = audit.data?.pages.flatMap(page => page.rows);
  const jobs = useJobsById(jobsOf(rows ?? []).slice(0, kNamed)).data;
  const filtered = object !== undefined || days !== undefined;
  const set = (change: Partial<OperationsSearch>) =>
    navigate({
      search: before => ({ ...before, ...change }) as OperationsSearch,
      replace: true,
      resetScroll: false,
    });
  return (
    <Section title={words.title}>
      <div className={`${classes.toolbar} no-print`}>
        <TextInput
          className={classes.find}
          size="xs"
          type="search"
          aria-label={words.find}
          placeholder={words.find}
          leftSection={<Icon name="search" size={14} />}
          value={object ?? ''}
          onChange={event => set({ object: event.currentTarget.value.trim() || undefined } as object)}
        />
        <span className={classes.grow} />
        <SegmentedControl
          size="xs"
          aria-label={words.window}
          value={days ?? 'all'}
          data={(['1', '7', '30', 'all'] as const).map(value => ({ value, label: words.windows[value] }))}
          onChange={value => set({ days: value === 'all' ? undefined : value } as object)}
        />
      </div>
      {rows === undefined && audit.error ? (
        <ErrorState error={audit.error} onRetry={() => audit.refetch()} />
      ) : rows === undefined ? (
        <div className={classes.bones}>
          <Bone width="70%" />
          <Bone width="60%" />
          <Bone width="65%" />
        </div>
      ) : rows.length === 0 ? (
        <EmptyState icon="check" title={filtered ? words.noneFound : words.none}>
          {filtered ? words.noneFoundHelp : words.noneHelp}
        </EmptyState>
      ) : (
        <>
          <table className={table.table}>
            <thead>
              <tr>
                <th>{words.time}</th>
                <th>{words.who}</th>
                <th>{words.action}</th>
                <th>{words.object}</th>
                <th>{words.change}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(record => (
                <AuditRow
                  key={record.audit_id}
                  record={record}
                  job={jobs?.get(record.object)?.job_name}
                  onFilter={id => set({ object: id })}
                />
              ))}
            </tbody>
          </table>
          {audit.hasNextPage ? (
            <div className={`${table.more} no-print`}>
              <Button
                variant="default"
                loading={audit.isFetchingNextPage}
                onClick={() => audit.fetchNextPage()}
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
