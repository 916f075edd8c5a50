import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useCan } from '../../auth/permissions';
import { Icon } from '../../components/icons';
import { Page } from '../../components/Page';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { ClusterLine } from './ClusterLine';
import { failingJobs, lateExecutions } from './model';
import classes from './overview.module.css';
import { FailingJobs, LateAndMissed, NextRuns, RunningNow } from './Panels';
import {
  useFailures,
  useHistory,
  useLastHour,
  useMissed,
  useNextHour,
  useOverview,
  useRunning,
} from './queries';
import { PauseBanner, Status } from './Status';
import { Timeline } from './Timeline';

/// "Is anything wrong right now?", then what happened in the last hour and what will happen in the next.
export function OverviewView() {
  const t = useText();
  const overview = useOverview();
  const nextHour = useNextHour();
  const history = useHistory();
  const lastHour = useLastHour(Boolean(history.data));
  const failures = useFailures(overview.data?.failing.some(job => job.reason === undefined) ?? false);
  const running = useRunning();
  const missed = useMissed();
  const data = overview.data;

  if (!data && overview.error)
    return (
      <Page title={t.overview.title}>
        <div className="panel">
          <ErrorState error={overview.error} onRetry={() => overview.refetch()} />
        </div>
      </Page>
    );
  if (data && data.jobs.enabled + data.jobs.disabled === 0) return <FirstVisit />;

  const recent = lastHour.data?.rows ?? [];
  const late = lateExecutions(recent);
  const failing =
    data && (failures.data || failures.error || failures.fetchStatus === 'idle')
      ? failingJobs(data.failing, failures.data ?? [], recent)
      : undefined;
  const lateRows =
    lastHour.data && missed.data
      ? [...missed.data.map(row => ({ missed: row })), ...late.slice(0, 10).map(row => ({ late: row }))]
      : undefined;
  const missedCount = missed.data?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  return (
    <Page title={t.overview.title}>
      {data ? (
        <Status overview={data} late={data.late ?? late.length} missed={data.missed ?? missedCount} />
      ) : (
        <StatusBone />
      )}
      {data?.paused ? <PauseBanner /> : null}
      <Timeline history={history.data} past={lastHour.data} future={nextHour.data} />
      <div className={classes.columns}>
        <div className={classes.column}>
          <FailingJobs
            query={{ data: failing, error: overview.error, refetch: overview.refetch }}
            count={data?.last.abandon ?? 0}
          />
          <LateAndMissed
            query={{
              data: lateRows,
              error: missed.error ?? lastHour.error,
              refetch: () => Promise.all([missed.refetch(), lastHour.refetch()]),
            }}
          />
        </div>
        <div className={classes.column}>
          <RunningNow
            query={{
              data: data?.executing ?? running.data?.map(row => ({ ...row, p95_ms: null })),
              error: running.error,
              refetch: running.refetch,
            }}
            lastHour={recent}
          />
          <NextRuns
            query={{
              data: data?.next ?? (data ? [] : undefined),
              error: overview.error,
              refetch: overview.refetch,
            }}
          />
        </div>
      </div>
      <ClusterLine lag={data?.lag_seconds} />
    </Page>
  );
}

function StatusBone() {
  return (
    <div className={classes.status}>
      <Bone width={40} height={40} />
      <div className={classes.sentences}>
        <Bone width={320} height={24} />
        <Bone width={220} height={16} />
      </div>
    </div>
  );
}

/// The page of an empty server.
function FirstVisit() {
  const t = useText();
  const mayWrite = useCan('write');
  return (
    <Page title={t.overview.title}>
      <div className="panel">
        <EmptyState
          icon="schedule"
          title={t.overview.emptyTitle}
          actions={
            <>
              {mayWrite ? (
                <Button
                  leftSection={<Icon name="plus" />}
                  renderRoot={props => <Link to="/jobs/new" {...props} />}
                >
                  {t.action.create}
                </Button>
              ) : null}
              <code className={classes.command}>{t.overview.emptyImport}</code>
            </>
          }
        >
          {t.overview.empty}
        </EmptyState>
      </div>
      <ClusterLine lag={undefined} />
    </Page>
  );
}
