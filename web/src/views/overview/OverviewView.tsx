import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useCan } from '../../auth/permissions';
import { Icon } from '../../components/icons';
import { Page, Section } from '../../components/Page';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { ClusterLine } from './ClusterLine';
import classes from './overview.module.css';
import { BoneRows, FailingJobs, LateAndMissed, NextRuns, RunningNow } from './Panels';
import { useHistory, useLate, useMissed, useNextHour, useOverview } from './queries';
import { PauseBanner, Status } from './Status';
import { Timeline } from './Timeline';

/// "Is anything wrong right now?", then what happened in the last hour and what will happen in the next.
export function OverviewView() {
  const t = useText();
  const overview = useOverview();
  const nextHour = useNextHour();
  const history = useHistory();
  const missed = useMissed();
  const data = overview.data;
  const late = useLate(data?.late);

  if (!data && overview.error)
    return (
      <Page title={t.overview.title}>
        <div className="panel">
          <ErrorState error={overview.error} onRetry={() => overview.refetch()} />
        </div>
      </Page>
    );
  if (data && data.jobs.enabled + data.jobs.disabled === 0) return <FirstVisit />;

  const lateRows =
    late.data && missed.data
      ? [...missed.data.map(row => ({ missed: row })), ...late.data.slice(0, 10).map(row => ({ late: row }))]
      : undefined;
  return (
    <Page title={t.overview.title} actions={<NewJob variant="default" />}>
      {data ? <Status overview={data} /> : <StatusBone />}
      {data?.paused ? <PauseBanner /> : null}
      <Timeline history={history.data} future={nextHour.data} />
      {data ? (
        <div className={classes.columns}>
          <div className={classes.column}>
            <FailingJobs
              query={{ data: data.failing, error: overview.error, refetch: overview.refetch }}
              count={data.last.abandon}
            />
            <LateAndMissed
              query={{
                data: lateRows,
                error: missed.error ?? late.error,
                refetch: () => Promise.all([missed.refetch(), late.refetch()]),
              }}
            />
          </div>
          <div className={classes.column}>
            <RunningNow
              query={{ data: data.executing, error: overview.error, refetch: overview.refetch }}
              all={data.executions.executing}
            />
            <NextRuns
              query={{
                data: data.next ?? [],
                error: overview.error,
                refetch: overview.refetch,
              }}
              paused={data.paused}
            />
          </div>
        </div>
      ) : (
        <ColumnsBone />
      )}
      <ClusterLine lag={data?.lag_seconds} dead={data?.dead_letters} />
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

/// As long as the panels are mostly, or longer: what follows them must not move up into the screen and down again.
function ColumnsBone() {
  const t = useText();
  return (
    <div className={classes.columns} aria-busy="true">
      {[t.overview.failingTitle, t.overview.runningTitle].map(title => (
        <Section key={title} title={title}>
          <BoneRows count={16} />
        </Section>
      ))}
    </div>
  );
}

function NewJob({ variant = 'filled' }: { variant?: 'filled' | 'default' }) {
  const t = useText();
  if (!useCan('write')) return null;
  return (
    <Button
      variant={variant}
      leftSection={<Icon name="plus" />}
      renderRoot={props => <Link to="/jobs/new" {...props} />}
    >
      {t.action.create}
    </Button>
  );
}

/// The page of an empty server.
function FirstVisit() {
  const t = useText();
  return (
    <Page title={t.overview.title}>
      <div className="panel">
        <EmptyState
          icon="schedule"
          title={t.overview.emptyTitle}
          actions={
            <>
              <NewJob />
              <code className={classes.command}>{t.overview.emptyImport}</code>
            </>
          }
        >
          {t.overview.empty}
        </EmptyState>
      </div>
      <ClusterLine lag={undefined} dead={undefined} />
    </Page>
  );
}
