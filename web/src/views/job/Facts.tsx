import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { AbsoluteTime, RelativeTime } from '../../components/RelativeTime';
import { reasonText } from '../../components/reason';
import { StateBadge } from '../../components/StateBadge';
import { Bone } from '../../components/States';
import { useLanguage, useText } from '../../i18n';
import type { Messages } from '../../i18n/messages';
import { duration } from '../../time/format';
import { useZone } from '../../time/zone';
import classes from './job.module.css';
import { type Job, useNextRuns, useRuns } from './queries';

/// The definition of a job for people: schedule in words, next runs, target, policies.
export function Facts({ job }: { job: Job }) {
  const t = useText();
  const words = t.job.head;
  const context = job.job_context;
  const labels = Object.entries(context.labels ?? {});
  const policies = policiesOf(job, t);
  return (
    <section className={`panel ${classes.facts}`} aria-label={words.label}>
      <Schedule job={job} />
      <Fact name={words.last}>
        <LastRun job={job} />
      </Fact>
      <Fact name={words.target}>
        <Target job={job} />
      </Fact>
      <Fact name={words.policies}>
        {policies.length > 0 ? policies.join(' · ') : <span className="soft">{words.defaults}</span>}
      </Fact>
      {labels.length > 0 ? (
        <Fact name={words.labels}>
          <span className={classes.labels}>
            {labels.map(([name, value]) => (
              <Link key={name} to="/jobs" search={{ label: [`${name}:${value}`] }} className={classes.label}>
                {name}:{value}
              </Link>
            ))}
          </span>
        </Fact>
      ) : null}
      {job.remarks ? <Fact name={words.remarks}>{job.remarks}</Fact> : null}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <div className={classes.factName}>{name}</div>
      <div className={classes.factValue}>{children}</div>
    </div>
  );
}

function Schedule({ job }: { job: Job }) {
  const t = useText();
  const language = useLanguage();
  const words = t.job.head;
  const next = useNextRuns(job.job_id);
  const { begin_at, end_at } = job.job_context;
  const zone = next.data?.timezone ?? job.job_context.timezone;
  const sentence = language === 'zh-CN' ? next.data?.description?.zh : next.data?.description?.en;
  const scheduled = job.job_cron_time !== '';
  // The schedule beside it is in the job's zone: "at 02:00" above 01:00 needs the reason.
  const shown = useZone(zone);
  return (
    <>
      <Fact name={words.schedule}>
        <div className={classes.sentence}>
          {!scheduled ? (
            <span>{words.onRequest}</span>
          ) : next.data ? (
            <span>{withoutZone(sentence ?? job.job_cron_time, zone)}</span>
          ) : (
            <Bone width={200} height={20} />
          )}
        </div>
        {scheduled ? (
          <div className={classes.expression}>
            <code>{job.job_cron_time}</code>
            <span className="soft">
              {t.jobType[job.job_type]}
              {zone ? ` · ${zone}` : ''}
              {begin_at || end_at ? ` · ${words.window(begin_at, end_at)}` : ''}
            </span>
          </div>
        ) : null}
        {next.data?.not_planned ? (
          <div className={classes.bad}>
            {words.notPlanned} {next.data.not_planned}
          </div>
        ) : null}
      </Fact>
      {scheduled ? (
        <Fact name={shown === (zone ?? 'UTC') ? words.next : t.time.inZone(words.next, shown)}>
          {!next.data ? (
            // Five lines, so that nothing below moves when they arrive.
            <Bone width={260} height={100} />
          ) : next.data.next.length === 0 ? (
            <span className="soft">{words.noNext}</span>
          ) : (
            <>
              {job.enabled ? null : <div className={classes.warn}>{words.noNextDisabled}</div>}
              <ol className={`${classes.nextRuns} ${job.enabled ? '' : classes.asleep}`}>
                {next.data.next.slice(0, 5).map(at => (
                  <li key={at}>
                    <AbsoluteTime at={at} zone={zone} />
                    <span className="soft">
                      <RelativeTime at={at} zone={zone} />
                    </span>
                  </li>
                ))}
              </ol>
            </>
          )}
        </Fact>
      ) : null}
    </>
  );
}

/// The newest execution that has begun, with its reason if it failed.
function LastRun({ job }: { job: Job }) {
  const t = useText();
  const runs = useRuns(job.job_id, undefined);
  const last = runs.data?.pages[0]?.rows[0];
  if (!runs.data) return runs.error ? <span className="soft">—</span> : <Bone width={200} height={20} />;
  if (!last) return <span className="soft">{t.state.none}</span>;
  return (
    <div className={classes.lastRun}>
      <StateBadge state={last.job_status} />
      <Link to="/executions/$executeId" params={{ executeId: last.execute_id }}>
        <RelativeTime at={last.begin_at || last.scheduled_at} zone={job.job_context.timezone} />
      </Link>
      {last.duration_ms === null ? null : <span className="soft num">{duration(last.duration_ms)}</span>}
      {last.reason && last.job_status !== 'success' ? (
        <span className="soft">{reasonText(last.reason, t)}</span>
      ) : null}
    </div>
  );
}

/// The zone has a place of its own beside the sentence.
function withoutZone(sentence: string, zone: string | undefined): string {
  return zone ? sentence.replace(` (${zone})`, '').replace(`（${zone}）`, '') : sentence;
}

function Target({ job }: { job: Job }) {
  const t = useText();
  const { mode, exec, info } = job.job_context;
  const kubernetes = info.kubernetes ? (info.kubernetes.image ?? 'Kubernetes') : null;
  return (
    <div className={classes.target}>
      <span className={classes.method}>
        {mode === 'exe' ? (kubernetes ? 'Kubernetes' : t.mode.exe) : (info.method ?? 'POST')}
      </span>
      <code className={classes.exec}>{exec || kubernetes}</code>
    </div>
  );
}

function policiesOf(job: Job, t: Messages): string[] {
  const words = t.job.head.policy;
  const context = job.job_context;
  const found: string[] = [];
  if (context.retry?.max_attempts) found.push(words.retry(context.retry.max_attempts));
  if (context.timeout) found.push(words.timeout(context.timeout));
  if (context.overlap) found.push(words.overlap[context.overlap]);
  if (context.misfire) found.push(words.misfire[context.misfire]);
  if (context.jitter) found.push(words.jitter(context.jitter));
  if (context.start_deadline) found.push(words.deadline(context.start_deadline));
  if (context.concurrency_key)
    found.push(words.concurrency(context.concurrency_key, context.max_concurrency ?? 1));
  if (context.notify?.webhook) found.push(words.webhook);
  return found;
}
