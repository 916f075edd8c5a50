import { SegmentedControl } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { FilterMenu } from '../../components/FilterMenu';
import { Icon } from '../../components/icons';
import { Section } from '../../components/Page';
import { AbsoluteTime } from '../../components/RelativeTime';
import { reasonText } from '../../components/reason';
import { EmptyState } from '../../components/States';
import { useText } from '../../i18n';
import { duration, toMillis } from '../../time/format';
import classes from './execution.module.css';
import { hasEnded } from './model';
import { LiveOutput, StoredOutput } from './Output';
import type { Attempt, Execution, Job } from './queries';
import { RequestPart } from './RequestPart';
import { ResponsePart } from './ResponsePart';
import { Waterfall } from './Waterfall';

const kSegments = 5;
const kIcons = { success: 'check', failure: 'cross', interrupt: 'stop', executing: 'executions' } as const;

/// The attempts of an execution, one at a time: what was sent, what came back, how long each phase took.
export function Attempts({ execution, job, gone }: { execution: Execution; job: Job | null; gone: boolean }) {
  const t = useText();
  const words = t.execution.attempt;
  const search = useSearch({ from: '/executions/$executeId' });
  const navigate = useNavigate({ from: '/executions/$executeId' });
  const { attempts } = execution;
  const chosen = attempts.find(({ attempt }) => attempt === search.attempt) ?? attempts.at(-1);
  const choose = (value: string | undefined) =>
    void navigate({
      search: before => ({ ...before, attempt: value ? Number(value) : undefined }),
      replace: true,
      resetScroll: false,
    });
  return (
    <Section
      title={words.title}
      aside={
        attempts.length < 2 ? null : attempts.length <= kSegments ? (
          <SegmentedControl
            size="xs"
            aria-label={words.title}
            value={String(chosen?.attempt)}
            onChange={choose}
            data={attempts.map(each => ({ value: String(each.attempt), label: <Segment attempt={each} /> }))}
          />
        ) : (
          <FilterMenu
            label={words.title}
            value={String(chosen?.attempt)}
            onChange={choose}
            align="end"
            options={attempts.map(({ attempt, job_status }) => ({
              value: String(attempt),
              label: `${attempt} · ${words.state[job_status]}`,
            }))}
          />
        )
      }
    >
      {chosen ? (
        <AttemptPanel key={chosen.attempt} attempt={chosen} execution={execution} job={job} gone={gone} />
      ) : (
        <EmptyState compact title={words.none}>
          {execution.executor.length > 0 && hasEnded(execution)
            ? words.noneHistory
            : hasEnded(execution)
              ? words.noneHelp
              : words.pendingHelp}
        </EmptyState>
      )}
    </Section>
  );
}

/// The number of an attempt with the sign of its state.
function Segment({ attempt }: { attempt: Attempt }) {
  const t = useText();
  const words = t.execution.attempt;
  const { job_status: state } = attempt;
  return (
    <span className={classes.segment} title={words.state[state]}>
      <span className={classes[`text-${state}`]}>
        <Icon name={kIcons[state]} size={12} />
      </span>
      {attempt.attempt}
      <span className="visually-hidden">{words.state[state]}</span>
    </span>
  );
}

function AttemptPanel({
  attempt,
  execution,
  job,
  gone,
}: {
  attempt: Attempt;
  execution: Execution;
  job: Job | null;
  gone: boolean;
}) {
  const t = useText();
  const words = t.execution.attempt;
  const zone = job?.job_context.timezone;
  const begin = toMillis(attempt.begin_at);
  const end = toMillis(attempt.end_at);
  const isLast = attempt.attempt === execution.attempts.at(-1)?.attempt;
  const running = isLast && !hasEnded(execution) && end === null;
  const fileName = `${execution.job_name || 'execution'}-${execution.execute_id.slice(0, 8)}-${attempt.attempt}.txt`;
  return (
    <div className={classes.attempt}>
      <div className={classes.attemptHead}>
        <strong className={classes[`text-${attempt.job_status}`]}>{words.state[attempt.job_status]}</strong>
        {attempt.reason ? <span>{reasonText(attempt.reason, t)}</span> : null}
        <span className={`${classes.attemptFacts} soft num`}>
          {attempt.executor_id ? <span>{attempt.executor_id}</span> : null}
          <AbsoluteTime at={attempt.begin_at} zone={zone} />
          {begin !== null && end !== null ? <span>{duration(end - begin)}</span> : null}
        </span>
      </div>
      <div className={classes.parts}>
        <RequestPart attempt={attempt} job={job} gone={gone} />
        <div className={classes.partColumn}>
          <ResponsePart attempt={attempt} />
          <Waterfall detail={attempt.detail as Record<string, unknown>} />
        </div>
      </div>
      <div>
        <h3 className={classes.partTitle}>{words.output}</h3>
        {running ? (
          <LiveOutput id={execution.execute_id} fileName={fileName} />
        ) : (
          <StoredOutput attempt={attempt} fileName={fileName} />
        )}
      </div>
    </div>
  );
}
