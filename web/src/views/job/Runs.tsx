import { Button } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { FilterMenu } from '../../components/FilterMenu';
import { EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { ExecutionTable, MoreRows } from '../executions/ExecutionTable';
import { states } from '../executions/search';
import classes from './details.module.css';
import { useRuns } from './queries';
import type { JobSearch } from './search';

/// The executions of a job, newest first.
export function Runs({ id, zone }: { id: string; zone: string | undefined }) {
  const t = useText();
  const { state } = useSearch({ from: '/jobs/$jobId' });
  const navigate = useNavigate({ from: '/jobs/$jobId' });
  const runs = useRuns(id, state);
  const rows = runs.data?.pages.flatMap(page => page.rows);
  const choose = (value: JobSearch['state']) =>
    void navigate({
      search: before => ({ ...before, state: value }),
      replace: true,
      resetScroll: false,
    });
  const words = t.executions;
  return (
    <>
      <div className={`${classes.tabTools} no-print`}>
        <FilterMenu
          label={words.filters.state}
          value={state}
          any={words.filters.any}
          options={states.map(value => ({ value, label: t.state[value] }))}
          onChange={choose}
        />
      </div>
      {rows === undefined && runs.error ? (
        <ErrorState compact error={runs.error} onRetry={() => runs.refetch()} />
      ) : rows && rows.length === 0 && !runs.hasNextPage ? (
        state ? (
          <EmptyState
            compact
            title={words.noneTitle}
            actions={
              <Button variant="default" onClick={() => choose(undefined)}>
                {words.filters.clear}
              </Button>
            }
          >
            {words.none}
          </EmptyState>
        ) : (
          <EmptyState compact title={words.ofJobTitle}>
            {words.ofJob}
          </EmptyState>
        )
      ) : (
        <>
          <ExecutionTable rows={rows} label={words.label} zone={zone} />
          {rows ? <MoreRows query={runs} count={rows.length} /> : null}
        </>
      )}
    </>
  );
}
