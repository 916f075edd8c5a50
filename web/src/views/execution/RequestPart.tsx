import { useText } from '../../i18n';
import { toMillis } from '../../time/format';
import classes from './execution.module.css';
import type { Attempt, Job } from './queries';

/// What an attempt sends, or runs. Attempts do not store it: it is the current definition of the job, and says so if the
/// job was changed later.
export function RequestPart({ attempt, job, gone }: { attempt: Attempt; job: Job | null; gone: boolean }) {
  const t = useText();
  const words = t.execution.attempt;
  const command = job?.job_context.mode === 'exe';
  const changed = job !== null && (toMillis(job.updated_at) ?? 0) > (toMillis(attempt.begin_at) ?? 0);
  return (
    <div className={classes.partColumn}>
      <h3 className={classes.partTitle}>{command ? words.command : words.request}</h3>
      {job ? (
        <>
          <Target job={job} />
          <p className={`${classes.partNote} ${changed ? classes.warn : 'soft'}`}>
            {changed ? words.requestChanged : words.requestNow}
          </p>
        </>
      ) : gone ? (
        <p className={`${classes.partNote} soft`}>{words.requestGone}</p>
      ) : null}
    </div>
  );
}

function Target({ job }: { job: Job }) {
  const t = useText();
  const words = t.execution.attempt;
  const { mode, exec, info } = job.job_context;
  const command = mode === 'exe';
  const hasBody = command || !['GET', 'HEAD', 'DELETE'].includes(info.method ?? 'POST');
  return (
    <>
      <pre className={classes.snippet}>
        {command ? exec || (info.kubernetes?.image ?? '') : `${info.method ?? 'POST'} ${exec}`}
      </pre>
      {info.headers && Object.keys(info.headers).length > 0 ? (
        <Pairs name={words.headers} pairs={info.headers} />
      ) : null}
      {info.environment && Object.keys(info.environment).length > 0 ? (
        <Pairs name={words.environment} pairs={info.environment} />
      ) : null}
      {info.working_directory ? <Pairs name={words.folder} pairs={{ '': info.working_directory }} /> : null}
      {info.params && Object.keys(info.params).length > 0 ? (
        <Pairs name={words.params} pairs={info.params} />
      ) : null}
      {info.body && hasBody ? (
        <>
          <div className={classes.pairsName}>{command ? words.stdin : words.body}</div>
          <pre className={classes.snippet}>{JSON.stringify(info.body, null, 2)}</pre>
        </>
      ) : null}
    </>
  );
}

/// Names with values, such as header fields.
export function Pairs({ name, pairs }: { name: string; pairs: Record<string, unknown> }) {
  return (
    <div>
      <div className={classes.pairsName}>{name}</div>
      <dl className={classes.pairs}>
        {Object.entries(pairs).map(([key, value]) => (
          <div key={key}>
            {key ? <dt>{key}</dt> : null}
            <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
