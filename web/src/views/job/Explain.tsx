import { ActionIcon, Button, TextInput } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { Schemas } from '../../api/client';
import { Icon } from '../../components/icons';
import { AbsoluteTime } from '../../components/RelativeTime';
import { reasonText } from '../../components/reason';
import { StateBadge } from '../../components/StateBadge';
import { Bone, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { now } from '../../time/clock';
import { absolute } from '../../time/format';
import { useZone } from '../../time/zone';
import { instantOf } from './axis';
import classes from './job.module.css';
import { instant, useExplanation } from './queries';

type Explanation = Schemas['Explanation'];
type Tone = 'good' | 'bad' | 'warn' | 'plain';

const tones: Partial<Record<Schemas['Verdict'], Tone>> = {
  ran: 'good',
  running: 'good',
  to_come: 'good',
  missed: 'warn',
  refused: 'warn',
  paused: 'warn',
  disabled: 'warn',
  changed: 'warn',
  not_planned: 'bad',
};

function useAsk() {
  const navigate = useNavigate({ from: '/jobs/$jobId' });
  return (at: string | undefined) =>
    void navigate({ search: before => ({ ...before, at }), replace: true, resetScroll: false });
}

/// What the server says about the instant in the address: why the job ran, or did not run.
export function Explain({ id, zone }: { id: string; zone: string | undefined }) {
  const { at } = useSearch({ from: '/jobs/$jobId' });
  return at ? <Answer key={at} id={id} at={at} zone={zone} /> : null;
}

/// A link that becomes a field for an instant.
export function Ask({ zone: jobZone }: { zone: string | undefined }) {
  const t = useText();
  const zone = useZone(jobZone);
  const ask = useAsk();
  const [open, setOpen] = useState(false);
  const [value, setValue] = useState('');
  if (!open)
    return (
      <button
        type="button"
        className={`${classes.textButton} no-print`}
        onClick={() => {
          setValue(absolute(now(), zone).replace(' ', 'T'));
          setOpen(true);
        }}
      >
        {t.job.explain.ask}
      </button>
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = instantOf(value, zone);
    if (found !== null) ask(instant(found));
  };
  return (
    <form className={`${classes.ask} no-print`} onSubmit={submit}>
      <TextInput
        type="datetime-local"
        step={1}
        size="sm"
        label={t.job.explain.at}
        description={t.job.explain.atHelp(zone)}
        value={value}
        autoFocus
        onChange={event => setValue(event.currentTarget.value)}
      />
      <Button type="submit" variant="default">
        {t.job.explain.submit}
      </Button>
    </form>
  );
}

function Answer({ id, at, zone: jobZone }: { id: string; at: string; zone: string | undefined }) {
  const t = useText();
  const zone = useZone(jobZone);
  const ask = useAsk();
  const explanation = useExplanation(id, at);
  const box = useRef<HTMLElement>(null);
  const time = absolute(Date.parse(at), zone);
  const title = Date.parse(at) > now() ? t.job.explain.titleFuture(time) : t.job.explain.title(time);
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <section ref={box} className={classes.answer} aria-label={title}>
      <div className={classes.answerHead}>
        <h3 className={classes.answerTitle}>{title}</h3>
        <ActionIcon aria-label={t.job.explain.close} onClick={() => ask(undefined)} className="no-print">
          <Icon name="close" />
        </ActionIcon>
      </div>
      <div aria-live="polite">
        {explanation.data ? (
          <Evidence explanation={explanation.data} zone={jobZone} onAsk={ask} />
        ) : explanation.error ? (
          <ErrorState compact error={explanation.error} onRetry={() => explanation.refetch()} />
        ) : (
          <Bone width={320} height={20} />
        )}
      </div>
    </section>
  );
}

function Evidence({
  explanation,
  zone,
  onAsk,
}: {
  explanation: Explanation;
  zone: string | undefined;
  onAsk: (at: string) => void;
}) {
  const t = useText();
  const words = t.job.explain;
  const shown = useZone(zone);
  const { execution, missed, change, schedule, previous, next, verdict } = explanation;
  const time = (at: string) => absolute(Date.parse(at), shown);
  const tone = tones[verdict] ?? 'plain';
  return (
    <>
      <p className={classes.verdict}>
        <span className={`${classes.verdictMark} ${classes[tone]}`}>{words.verdict[verdict]}</span>
        {explanation.explanation}
      </p>
      <dl className={classes.evidence}>
        {execution ? (
          <Item name={words.execution}>
            <StateBadge state={execution.job_status} />{' '}
            <Link to="/executions/$executeId" params={{ executeId: execution.execute_id }} className="mono">
              {execution.execute_id}
            </Link>
          </Item>
        ) : null}
        {missed ? (
          <Item name={words.missed}>
            {words.missedText(missed.count, time(missed.from), time(missed.to))} ·{' '}
            {reasonText(missed.reason, t)}
          </Item>
        ) : null}
        {change ? (
          <Item name={words.change}>
            {words.changeText(change.kind, change.number)} · <AbsoluteTime at={change.at} zone={zone} />
          </Item>
        ) : null}
        {schedule?.job_cron_time ? (
          <Item name={words.schedule}>
            <code>{schedule.job_cron_time}</code> {schedule.timezone}
          </Item>
        ) : null}
        {previous ? (
          <Item name={words.previous}>
            <button type="button" className={classes.textButton} onClick={() => onAsk(previous)}>
              <span className="num">{time(previous)}</span>
            </button>
          </Item>
        ) : null}
        {next ? (
          <Item name={words.next}>
            <button type="button" className={classes.textButton} onClick={() => onAsk(next)}>
              <span className="num">{time(next)}</span>
            </button>
          </Item>
        ) : null}
      </dl>
    </>
  );
}

function Item({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.evidenceItem}>
      <dt className="soft">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
