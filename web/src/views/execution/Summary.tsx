import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { kLate } from '../../components/lateness';
import { Section } from '../../components/Page';
import { AbsoluteTime, RelativeTime } from '../../components/RelativeTime';
import { reasonText } from '../../components/reason';
import { StateBadge } from '../../components/StateBadge';
import { useText } from '../../i18n';
import { useNow } from '../../time/clock';
import { absolute, duration, toMillis } from '../../time/format';
import { useZone } from '../../time/zone';
import classes from './execution.module.css';
import { busyUntil, hasEnded, lateReasonOf } from './model';
import { type Execution, type Job, type Summary as Row, useRequests } from './queries';

type Props = { execution: Execution; job: Job | null; previous: Row[] | undefined };

/// What the execution is: when, why then, who asked, where, with which result.
export function Summary({ execution, job, previous }: Props) {
  const t = useText();
  const words = t.execution.summary;
  const zone = job?.job_context.timezone;
  const { ext_info: info, attempts } = execution;
  const begin = attempts[0]?.begin_at || execution.begin_at;
  const end = hasEnded(execution) ? attempts.at(-1)?.end_at || execution.end_at : '';
  const nodes = [...new Set(execution.executor.map(({ executor_id }) => executor_id).filter(Boolean))];
  const most = job?.job_context.retry?.max_attempts;
  const report = info.result && Object.keys(info.result).length > 0 ? info.result : null;
  return (
    <Section title={words.title}>
      <dl className={classes.facts}>
        <Fact name={words.state}>
          <span className={classes.stateLine}>
            <StateBadge state={execution.job_status} />
            {info.reason ? <span className={classes.reason}>{reasonText(info.reason, t)}</span> : null}
          </span>
        </Fact>
        <Fact name={words.job}>
          <Link to="/jobs/$jobId" params={{ jobId: execution.job_id }}>
            {execution.job_name || execution.job_id}
          </Link>
          {info.is_deleted === 1 ? <div className="soft">{words.deleted}</div> : null}
        </Fact>
        <Trigger execution={execution} />
        <Fact name={words.scheduled}>
          <Time at={execution.scheduled_at} zone={zone} />
        </Fact>
        <Fact name={words.began}>
          <Time at={begin} zone={zone} empty={t.executions.notBegun} />
        </Fact>
        <Lateness execution={execution} job={job} previous={previous} />
        {hasEnded(execution) ? (
          <Fact name={words.ended}>
            <Time at={end} zone={zone} />
          </Fact>
        ) : null}
        <Duration begin={toMillis(begin)} end={toMillis(end)} />
        <Fact name={words.attempts}>
          <span className="num">
            {most ? words.attemptsOf(execution.execute_times, most) : execution.execute_times}
          </span>
        </Fact>
        {nodes.length > 0 ? (
          <Fact name={nodes.length > 1 ? words.nodes : words.node}>{nodes.join(', ')}</Fact>
        ) : null}
        <Missed execution={execution} zone={zone} />
        <Fact name={words.id}>
          <code className={classes.id}>{execution.execute_id}</code>
        </Fact>
        {report ? (
          <Fact name={words.report} wide>
            <pre className={classes.snippet}>{JSON.stringify(report, null, 2)}</pre>
          </Fact>
        ) : null}
      </dl>
    </Section>
  );
}

function Fact({ name, children, wide }: { name: string; children: ReactNode; wide?: boolean }) {
  return (
    <div className={`${classes.fact} ${wide ? classes.wide : ''}`}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Time({ at, zone, empty }: { at: string | undefined; zone: string | undefined; empty?: string }) {
  if (!at) return <span className="soft">{empty ?? '—'}</span>;
  return (
    <span className={classes.time}>
      <AbsoluteTime at={at} zone={zone} />
      <span className="soft">
        <RelativeTime at={at} zone={zone} />
      </span>
    </span>
  );
}

function Duration({ begin, end }: { begin: number | null; end: number | null }) {
  const t = useText();
  const words = t.execution.summary;
  const present = useNow(1_000);
  if (begin === null) return null;
  return (
    <Fact name={end === null ? words.running : words.duration}>
      <span className="num">
        {end === null
          ? duration(Math.max(0, Math.floor((present - begin) / 1_000) * 1_000))
          : duration(end - begin)}
      </span>
    </Fact>
  );
}

/// What requested the execution, and who, as far as the audit log knows.
function Trigger({ execution }: { execution: Execution }) {
  const t = useText();
  const words = t.execution.summary;
  const requests = useRequests(execution.execute_id);
  const { trigger } = execution;
  const asked = requests.data?.findLast(({ action }) => action === 'runJob');
  const cancelled = requests.data?.find(({ action }) => action === 'cancelExecution');
  const by = (record: { subject: string; address: string }) => words.by(record.subject, record.address);
  return (
    <>
      <Fact name={words.trigger}>
        <span title={t.executions.triggerHelp[trigger]}>{t.executions.trigger[trigger]}</span>
      </Fact>
      {trigger === 'manual' || asked ? (
        <Fact name={words.asked}>
          {asked ? by(asked) : <span className="soft">{requests.data ? words.unknownCaller : '…'}</span>}
        </Fact>
      ) : null}
      {cancelled ? <Fact name={words.cancelledBy}>{by(cancelled)}</Fact> : null}
    </>
  );
}

function Lateness({ execution, job, previous }: Props) {
  const t = useText();
  const words = t.execution.late;
  const zone = useZone(job?.job_context.timezone);
  const { lateness_ms: lateness } = execution;
  if (lateness === null) return null;
  const context = job?.job_context;
  const busy = busyUntil(previous ?? [], toMillis(execution.scheduled_at));
  const retried = execution.execute_times > 1 && context?.jitter ? context.jitter : null;
  const reason = lateReasonOf(retried ? null : lateness, {
    missed: Boolean(execution.ext_info.missed),
    busyUntil: busy,
    key: Boolean(context?.concurrency_key),
  });
  return (
    <Fact name={t.execution.summary.late} wide={reason !== null || retried !== null}>
      {lateness < kLate ? (
        <span>
          {t.executions.onTime} <span className="soft num">({duration(lateness)})</span>
        </span>
      ) : (
        <span className={`${retried ? '' : classes.warn} num`}>{duration(lateness)}</span>
      )}
      {reason ? (
        <div>
          {reason === 'overlap' && busy !== null
            ? words.overlap(absolute(busy, zone))
            : reason === 'key'
              ? words.key(context?.concurrency_key ?? '', context?.max_concurrency ?? 1)
              : reason === 'catchUp'
                ? words.catchUp
                : words.capacity}
        </div>
      ) : null}
      {retried && lateness >= kLate ? (
        <div className="soft">{words.retried(retried)}</div>
      ) : context?.jitter ? (
        <div className="soft">{words.jitter(context.jitter)}</div>
      ) : null}
    </Fact>
  );
}

function Missed({ execution, zone: jobZone }: { execution: Execution; zone: string | undefined }) {
  const t = useText();
  const zone = useZone(jobZone);
  const missed = execution.ext_info.missed;
  const from = toMillis(missed?.from);
  const to = toMillis(missed?.to);
  if (!missed || from === null || to === null) return null;
  const words = t.execution.summary;
  return (
    <Fact name={words.missed} wide>
      {words.missedText(missed.count ?? 1, absolute(from, zone), absolute(to, zone))}
    </Fact>
  );
}
