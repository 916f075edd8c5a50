import { Button, Tabs } from '@mantine/core';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ApiError } from '../../api/client';
import { Page } from '../../components/Page';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { Changes } from './Changes';
import { Definition } from './Definition';
import details from './details.module.css';
import { Explain } from './Explain';
import { Facts } from './Facts';
import { HeadActions } from './HeadActions';
import { JobTimeline } from './JobTimeline';
import classes from './job.module.css';
import { type Job, useJob, useJobEvents } from './queries';
import { Runs } from './Runs';
import { Statistics } from './Statistics';
import { type JobSearch, tabs } from './search';
import timeline from './timeline.module.css';

/// One job: what it is, what happened, what will happen, and why.
export function JobView() {
  const t = useText();
  const { jobId } = useParams({ from: '/jobs/$jobId' });
  const job = useJob(jobId);
  useJobEvents(jobId);
  if (job.error instanceof ApiError && job.error.status === 404) return <Gone id={jobId} />;
  if (!job.data && job.error)
    return (
      <Page title={t.job.title}>
        <div className="panel">
          <ErrorState error={job.error} onRetry={() => job.refetch()} />
        </div>
      </Page>
    );
  if (!job.data) return <Loading />;
  return <Loaded key={jobId} job={job.data} />;
}

function Loaded({ job }: { job: Job }) {
  const zone = job.job_context.timezone;
  return (
    <Page title={job.job_name} actions={<HeadActions job={job} />}>
      <Facts job={job} />
      <JobTimeline id={job.job_id} zone={zone} enabled={job.enabled} planning={job.job_cron_time !== ''} />
      <Explain id={job.job_id} zone={zone} />
      <Statistics id={job.job_id} jitter={Boolean(job.job_context.jitter)} />
      <Details job={job} zone={zone} />
    </Page>
  );
}

function Details({ job, zone }: { job: Job; zone: string | undefined }) {
  const t = useText();
  const { tab = 'runs' } = useSearch({ from: '/jobs/$jobId' });
  const navigate = useNavigate({ from: '/jobs/$jobId' });
  return (
    <section className="panel" aria-label={t.job.tabs.label}>
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={next =>
          void navigate({
            search: before => ({ ...before, tab: (next ?? undefined) as JobSearch['tab'] }),
            replace: true,
            resetScroll: false,
          })
        }
      >
        <Tabs.List className={`${details.tabs} no-print`}>
          {tabs.map(each => (
            <Tabs.Tab key={each} value={each}>
              {t.job.tabs[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="runs">
          <Runs id={job.job_id} zone={zone} />
        </Tabs.Panel>
        <Tabs.Panel value="changes">
          <Changes id={job.job_id} zone={zone} />
        </Tabs.Panel>
        <Tabs.Panel value="definition">
          <Definition job={job} />
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}

function Loading() {
  const t = useText();
  return (
    <Page title={t.job.title}>
      <div className={`panel ${classes.facts}`}>
        {[280, 320, 240, 200].map(width => (
          <div key={width} className={classes.fact}>
            <Bone width={64} />
            <Bone width={width} height={20} />
          </div>
        ))}
      </div>
      <div className={`panel ${timeline.timelineBone}`}>
        <Bone height={164} />
      </div>
    </Page>
  );
}

function Gone({ id }: { id: string }) {
  const t = useText();
  return (
    <Page title={t.job.title}>
      <div className="panel">
        <EmptyState
          icon="jobs"
          title={t.job.goneTitle}
          actions={
            <>
              <Button variant="default" renderRoot={props => <Link to="/jobs" {...props} />}>
                {t.app.toJobs}
              </Button>
              <Button
                variant="default"
                renderRoot={props => <Link to="/executions" search={{ job: id }} {...props} />}
              >
                {t.job.goneExecutions}
              </Button>
            </>
          }
        >
          {t.job.gone}
        </EmptyState>
      </div>
    </Page>
  );
}
