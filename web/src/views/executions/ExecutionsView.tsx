import { Button, CloseButton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { api, callPage, type Schemas } from '../../api/client';
import { keys } from '../../api/keys';
import { FilterMenu } from '../../components/FilterMenu';
import { Page } from '../../components/Page';
import { AbsoluteTime, RelativeTime } from '../../components/RelativeTime';
import { StateBadge } from '../../components/StateBadge';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { absolute, clockTime, duration, toMillis } from '../../time/format';
import { useZone } from '../../time/zone';
import classes from './executions.module.css';
import { type ExecutionsSearch, states, triggers } from './search';

type Execution = Schemas['ExecutionSummary'];
const kPage = 50;

function useExecutions(search: ExecutionsSearch) {
  return useInfiniteQuery({
    queryKey: keys.executions.list(search),
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: kPage,
        after: pageParam,
        state: search.state,
        trigger: search.trigger,
        job_id: search.job,
        name: search.name,
        begin_at: search.from,
        end_at: search.to,
      };
      return callPage<Execution>(api.GET('/jobexecution', { params: { query }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.after ?? undefined,
    placeholderData: before => before,
  });
}

/// The executions of all jobs, newest first: where the overview's counts and its timeline lead to.
export function ExecutionsView() {
  const t = useText();
  const search = useSearch({ from: '/executions' });
  const query = useExecutions(search);
  const rows = query.data?.pages.flatMap(page => page.rows) ?? [];
  return (
    <Page
      title={t.executions.title}
      actions={
        query.data ? (
          <span className="soft num">{t.executions.count(rows.length, query.hasNextPage)}</span>
        ) : null
      }
    >
      <Filters search={search} />
      <div className={`panel ${classes.panel}`}>
        {query.isError && rows.length === 0 ? (
          <ErrorState error={query.error} onRetry={() => query.refetch()} />
        ) : query.isPending ? (
          <Skeleton />
        ) : rows.length === 0 && !query.hasNextPage ? (
          <EmptyState icon="executions" title={t.executions.emptyTitle}>
            {t.executions.empty}
          </EmptyState>
        ) : (
          <Table rows={rows} />
        )}
      </div>
      {query.hasNextPage ? (
        <Button
          variant="default"
          className={classes.more}
          loading={query.isFetchingNextPage}
          onClick={() => query.fetchNextPage()}
        >
          {t.executions.more}
        </Button>
      ) : null}
    </Page>
  );
}

function Filters({ search }: { search: ExecutionsSearch }) {
  const t = useText();
  const words = t.executions.filters;
  const navigate = useNavigate({ from: '/executions' });
  const zone = useZone();
  const change = (part: Partial<ExecutionsSearch>) =>
    void navigate({ search: before => ({ ...before, ...part }), replace: true });
  const from = toMillis(search.from);
  const to = toMillis(search.to);
  return (
    <div className={`${classes.toolbar} no-print`} role="search">
      <FilterMenu
        label={words.state}
        value={search.state}
        any={words.any}
        options={states.map(value => ({ value, label: t.state[value] }))}
        onChange={state => change({ state })}
      />
      <FilterMenu
        label={words.trigger}
        value={search.trigger}
        any={words.any}
        options={triggers.map(value => ({ value, label: t.executions.trigger[value] }))}
        onChange={trigger => change({ trigger })}
      />
      {from !== null && to !== null ? (
        <Chip
          label={words.between(absolute(from, zone, false), clockTime(to, zone))}
          remove={words.removeTime}
          onRemove={() => change({ from: undefined, to: undefined })}
        />
      ) : null}
      {search.job || search.name ? (
        <Chip
          label={words.job(search.name ?? search.job?.slice(0, 8) ?? '')}
          remove={words.removeJob}
          onRemove={() => change({ job: undefined, name: undefined })}
        />
      ) : null}
      {Object.keys(search).length > 0 ? (
        <button
          type="button"
          className={classes.link}
          onClick={() => navigate({ search: {}, replace: true })}
        >
          {words.clear}
        </button>
      ) : null}
    </div>
  );
}

function Chip({ label, remove, onRemove }: { label: string; remove: string; onRemove: () => void }) {
  return (
    <span className={`${classes.chip} num`}>
      {label}
      <CloseButton size="xs" aria-label={remove} onClick={onRemove} />
    </span>
  );
}

function Table({ rows }: { rows: Execution[] }) {
  const t = useText();
  const words = t.executions.columns;
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{words.state}</th>
          <th scope="col">{words.job}</th>
          <th scope="col">{words.begin}</th>
          <th scope="col" className={classes.number}>
            {words.duration}
          </th>
          <th scope="col" className={classes.number}>
            {words.lateness}
          </th>
          <th scope="col" className={classes.wide}>
            {words.trigger}
          </th>
          <th scope="col" className={classes.wide}>
            {words.reason}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <Row key={row.execute_id} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row }: { row: Execution }) {
  const t = useText();
  const reason = row.reason || (row.execute_times > 1 ? t.executions.attempts(row.execute_times) : '');
  return (
    <tr>
      <td>
        <Link to="/executions/$executeId" params={{ executeId: row.execute_id }}>
          <StateBadge state={row.job_status} />
        </Link>
      </td>
      <td className={classes.job}>
        <Link to="/jobs/$jobId" params={{ jobId: row.job_id }} className={classes.name}>
          {row.job_name}
        </Link>
      </td>
      <td className={classes.begin}>
        <AbsoluteTime at={row.begin_at || row.scheduled_at} />{' '}
        <span className="soft">
          <RelativeTime at={row.begin_at || row.scheduled_at} />
        </span>
      </td>
      <td className={`${classes.number} num`}>
        {row.duration_ms === null ? <span className="soft">—</span> : duration(row.duration_ms ?? 0)}
      </td>
      <td className={`${classes.number} num soft`}>
        {row.lateness_ms === null ? '—' : duration(Math.max(0, row.lateness_ms ?? 0))}
      </td>
      <td className={`${classes.wide} soft`}>{t.executions.trigger[row.trigger]}</td>
      <td className={`${classes.wide} ${classes.reason}`}>{reason}</td>
    </tr>
  );
}

function Skeleton() {
  return (
    <div aria-busy="true">
      {[60, 48, 70, 55, 66, 44, 58, 64].map(width => (
        <div key={width} className={classes.boneRow}>
          <Bone width={`${width}%`} />
        </div>
      ))}
    </div>
  );
}
