import { Button } from '@mantine/core';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { ApiError } from '../../api/client';
import { Page } from '../../components/Page';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { Attempts } from './Attempts';
import { Compare } from './Compare';
import classes from './execution.module.css';
import { HeadActions } from './HeadActions';
import { type Execution, useExecution, useJobOf, usePrevious } from './queries';
import { StatesOverTime } from './StatesOverTime';
import { Summary } from './Summary';

/// One execution: what happened when, what was sent and received, and why it was late.
export function ExecutionView() {
  const t = useText();
  const { executeId } = useParams({ from: '/executions/$executeId' });
  const execution = useExecution(executeId);
  if (execution.error instanceof ApiError && execution.error.status === 404) return <Gone />;
  if (!execution.data && execution.error)
    return (
      <Page title={t.execution.title}>
        <div className="panel">
          <ErrorState error={execution.error} onRetry={() => execution.refetch()} />
        </div>
      </Page>
    );
  if (!execution.data) return <Loading />;
  return <Loaded key={executeId} execution={execution.data} />;
}

function Loaded({ execution }: { execution: Execution }) {
  const t = useText();
  const { compare } = useSearch({ from: '/executions/$executeId' });
  const job = useJobOf(execution);
  const previous = usePrevious(execution);
  const gone = job.error instanceof ApiError && job.error.status === 404;
  const known = gone ? null : (job.data ?? null);
  const zone = known?.job_context.timezone;
  const title = t.execution.of(execution.job_name || execution.job_id);
  return (
    <Page title={title} actions={<HeadActions execution={execution} gone={gone} />}>
      <Summary execution={execution} job={known} previous={previous.data} />
      {compare ? (
        <Compare
          key={compare}
          execution={execution}
          comparison={compare}
          previous={previous.data}
          zone={zone}
        />
      ) : null}
      <StatesOverTime execution={execution} zone={zone} />
      <Attempts execution={execution} job={known} gone={gone} />
    </Page>
  );
}

function Loading() {
  const t = useText();
  return (
    <Page title={t.execution.title}>
      <div className={`panel ${classes.facts}`}>
        {[0, 1, 2, 3, 4, 5, 6, 7].map(index => (
          <div key={index} className={classes.fact}>
            <Bone width={64} />
            <Bone width={140 + (index % 3) * 24} height={20} />
          </div>
        ))}
      </div>
      <div className={`panel ${classes.pad}`}>
        <Bone height={96} />
      </div>
      <div className={`panel ${classes.pad}`}>
        <Bone height={280} />
      </div>
    </Page>
  );
}

function Gone() {
  const t = useText();
  return (
    <Page title={t.execution.title}>
      <div className="panel">
        <EmptyState
          icon="executions"
          title={t.execution.goneTitle}
          actions={
            <Button variant="default" renderRoot={props => <Link to="/executions" {...props} />}>
              {t.execution.toList}
            </Button>
          }
        >
          {t.execution.gone}
        </EmptyState>
      </div>
    </Page>
  );
}
