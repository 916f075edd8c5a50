import { Button } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Page } from '../../components/Page';
import { EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { ExecutionTable, MoreRows } from './ExecutionTable';
import { Filters } from './Filters';
import { useExecutions } from './queries';

/// Executions of all jobs, newest first: where the overview's counts and its timeline lead to.
export function ExecutionsView() {
  const t = useText();
  const search = useSearch({ from: '/executions' });
  const executions = useExecutions(search);
  const rows = executions.data?.pages.flatMap(page => page.rows);
  return (
    <Page title={t.executions.title}>
      <Filters />
      <section className="panel" aria-label={t.executions.title} aria-busy={rows === undefined}>
        {rows === undefined && executions.error ? (
          <ErrorState error={executions.error} onRetry={() => executions.refetch()} />
        ) : rows && rows.length === 0 && !executions.hasNextPage ? (
          <Nothing filtered={Object.keys(search).length > 0} />
        ) : (
          <>
            <ExecutionTable rows={rows} label={t.executions.label} withJob />
            {rows ? <MoreRows query={executions} count={rows.length} /> : null}
          </>
        )}
      </section>
    </Page>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  const t = useText();
  const navigate = useNavigate({ from: '/executions' });
  const words = t.executions;
  if (!filtered)
    return (
      <EmptyState icon="executions" title={words.emptyTitle}>
        {words.empty}
      </EmptyState>
    );
  return (
    <EmptyState
      icon="filter"
      title={words.noneTitle}
      actions={
        <Button variant="default" onClick={() => void navigate({ search: {} })}>
          {words.filters.clear}
        </Button>
      }
    >
      {words.none}
    </EmptyState>
  );
}
