import { Button } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { useCan } from '../../auth/permissions';
import { Icon } from '../../components/icons';
import { Page } from '../../components/Page';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { toastFailed } from '../../components/toasts';
import { useText } from '../../i18n';
import { useHidden, useJobActions } from './actions';
import { BulkBar } from './BulkBar';
import { JobList } from './JobList';
import classes from './jobs.module.css';
import { collectIds, kPage, useJobs } from './queries';
import type { JobsSearch } from './search';
import { useSelection } from './selection';
import { Toolbar } from './Toolbar';

/// "Select all that match" stops here.
const kMost = 100_000;

/// The list of jobs: the address states what is shown, the server filters and orders.
export function JobsView() {
  const t = useText();
  const search = useSearch({ from: '/jobs' });
  const navigate = useNavigate({ from: '/jobs' });
  const mayWrite = useCan('write');
  const mayExecute = useCan('execute');
  const query = useJobs(search);
  const hidden = useHidden();
  const actions = useJobActions();
  const jobs = useMemo(
    () => (query.data?.pages ?? []).flatMap(page => page.rows).filter(job => !hidden.has(job.job_id)),
    [query.data, hidden],
  );
  const order = useMemo(() => jobs.map(job => job.job_id), [jobs]);
  const selection = useSelection(order);
  useMoreWhileSparse(query, jobs.length);

  const change = (part: Partial<JobsSearch>) => {
    selection.clear();
    void navigate({ search: before => ({ ...before, ...part }), replace: true });
  };
  const rowActions = useRowActions(actions, selection.toggle, label =>
    change({ label: [...new Set([...(search.label ?? []), label])] }),
  );

  async function selectAll() {
    try {
      selection.replace(
        await collectIds(search, kMost, count => actions.setProgress(t.jobs.bulk.collecting(count))),
      );
    } catch (error) {
      toastFailed(error);
    }
    actions.setProgress(null);
  }

  const chosen = [...selection.ids];
  return (
    <Page
      title={t.jobs.title}
      actions={
        <>
          {query.data ? (
            <span className="soft num">{t.jobs.count(jobs.length, query.hasNextPage)}</span>
          ) : null}
          {mayWrite ? <CreateButton /> : null}
        </>
      }
    >
      <Toolbar search={search} change={change} clear={() => navigate({ search: {}, replace: true })} />
      <Content
        query={query}
        count={jobs.length}
        filtered={Object.keys(search).some(key => key !== 'sort')}
        clear={() => navigate({ search: {} })}
      >
        <JobList
          key={JSON.stringify(search)}
          jobs={jobs}
          hasMore={query.hasNextPage}
          loadMore={() => {
            if (!query.isFetchingNextPage && !query.isError) void query.fetchNextPage();
          }}
          selection={selection}
          selectable={mayWrite}
          runnable={mayExecute}
          actions={rowActions}
        />
      </Content>
      {chosen.length > 0 ? (
        <BulkBar
          count={chosen.length}
          progress={actions.progress}
          onSelectAll={query.hasNextPage && chosen.length <= jobs.length ? selectAll : null}
          onClear={selection.clear}
          onEnable={enable => actions.enable(chosen, enable)}
          onRun={() => actions.run(chosen)}
          onLabel={(name, value) => actions.label(chosen, name, value)}
          onDelete={() => {
            actions.remove(chosen);
            selection.clear();
          }}
        />
      ) : null}
    </Page>
  );
}

/// A page may have fewer rows than its limit although more follow, because a search examines a part of the jobs at a
/// time: reads on until there is a screenful.
function useMoreWhileSparse(query: ReturnType<typeof useJobs>, count: number): void {
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError && count < kPage / 2) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage, count]);
}

function useRowActions(
  { run, enable, remove }: ReturnType<typeof useJobActions>,
  select: (id: string, range: boolean) => void,
  filterLabel: (label: string) => void,
) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: filterLabel reads the current address when it is called
  return useMemo(
    () => ({ select, enable, remove, filterLabel, run: (job: { job_id: string }) => run([job.job_id]) }),
    [select, enable, remove, run],
  );
}

function CreateButton() {
  const t = useText();
  return (
    <Button leftSection={<Icon name="plus" />} renderRoot={props => <Link to="/jobs/new" {...props} />}>
      {t.action.create}
    </Button>
  );
}

/// Loading, failed, empty, without a match, or the list.
function Content({
  query,
  count,
  filtered,
  clear,
  children,
}: {
  query: ReturnType<typeof useJobs>;
  count: number;
  filtered: boolean;
  clear: () => void;
  children: React.ReactNode;
}) {
  const t = useText();
  const mayWrite = useCan('write');
  if (count > 0) return children;
  if (query.isError)
    return (
      <div className="panel">
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      </div>
    );
  if (query.isPending || query.hasNextPage)
    return <Skeleton text={query.hasNextPage ? t.jobs.searching : ''} />;
  return (
    <div className="panel">
      {filtered ? (
        <EmptyState
          icon="search"
          title={t.jobs.noMatchTitle}
          actions={
            <Button variant="default" onClick={clear}>
              {t.jobs.filters.clear}
            </Button>
          }
        >
          {t.jobs.noMatch}
        </EmptyState>
      ) : (
        <EmptyState icon="jobs" title={t.jobs.emptyTitle} actions={mayWrite ? <CreateButton /> : null}>
          {t.jobs.empty}
        </EmptyState>
      )}
    </div>
  );
}

function Skeleton({ text }: { text: string }) {
  return (
    <div className={`panel ${classes.table}`} aria-busy="true">
      <div className={`${classes.row} ${classes.headRow}`} />
      {[62, 48, 70, 55, 66, 44, 58, 64].map(width => (
        <div key={width} className={classes.row}>
          <div className={classes.cellSelect} />
          <div className={classes.cellState}>
            <Bone width={72} />
          </div>
          <div className={classes.cellName}>
            <Bone width={`${width}%`} />
          </div>
          <div className={classes.cellSchedule}>
            <Bone width="60%" />
          </div>
        </div>
      ))}
      {text ? <p className={`${classes.searching} soft`}>{text}</p> : null}
    </div>
  );
}
