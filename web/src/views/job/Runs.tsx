import { Button, Select } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { ExecutionTable, MoreRows } from '../executions/ExecutionTable';
import { states } from '../executions/search';
import classes from './job.module.css';
import { useRuns } from './queries';
import type { JobSearch } from './search';

/// The executions of a job, newest first.
export function Runs({ id, zone }: { id: string; zone: string | undefined }) {
  const t = useText();
  const { state } = useSearch({ from: '/jobs/$jobId' });
  const navigate = useNavigate({ from: '/jobs/$jobId' });
  const runs = useRuns(id, state);
  const rows = runs.data?.pages.flatMap(page => page.rows);
  const choose = (value: string | null) =>
    void navigate({
      search: before => ({ ...before, state: (value || undefined) as JobSearch['state'] }),
      replace: true,
      resetScroll: false,
    });
  const words = t.execution.list;
  return (
    <>
      <div className={`${classes.tabTools} no-print`}>
        <Select
          size="xs"
          aria-label={words.state}
          placeholder={words.state}
          clearable
          value={state ?? null}
          onChange={choose}
          data={states.map(value => ({ value, label: t.state[value] }))}
          className={classes.stateField}
          clearButtonProps={{ 'aria-label': t.action.clear }}
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
              <Button variant="default" onClick={() => choose(null)}>
                {words.clear}
              </Button>
            }
          >
            {words.none}
          </EmptyState>
        ) : (
          <EmptyState compact title={words.noneOfJob}>
            {words.noneOfJobHelp}
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
