import { Button, Drawer } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { api, call, type Schemas } from '../../api/client';
import { keys } from '../../api/keys';
import { Icon } from '../../components/icons';
import { reasonText } from '../../components/reason';
import { StateBadge } from '../../components/StateBadge';
import { ErrorState } from '../../components/States';
import { toastFailed } from '../../components/toasts';
import { useText } from '../../i18n';
import { useNow } from '../../time/clock';
import { duration, toMillis } from '../../time/format';
import { useEditor } from './context';
import { type Definition, targetKind, textAt } from './definition';
import form from './editor.module.css';
import classes from './panes.module.css';
import { forTestRun } from './policies';
import { useOutput } from './useOutput';

const kEnded = ['success', 'abandon', 'interrupt'];

/// Runs the draft once without storing it, and shows what happened. `onRefused` gets the error of a definition that the
/// server does not accept, which is shown at the fields.
export function TestRun({
  onClose,
  onRefused,
}: {
  onClose: () => void;
  onRefused: (error: unknown) => void;
}) {
  const t = useText();
  const { state } = useEditor();
  const start = useMutation({
    mutationFn: (definition: Definition) => {
      const name = t.editor.testName(textAt(definition, 'job_name'));
      const body = forTestRun(definition, name) as unknown as Schemas['JobRunInput'];
      return call(api.POST('/jobexecution', { body }));
    },
    onError: error => {
      if ('status' in error && error.status === 400) onRefused(error);
    },
  });
  const started = useRef(false);
  const run = start.mutate;
  useEffect(() => {
    if (started.current) return;
    started.current = true;
    run(state.draft);
  }, [run, state.draft]);
  const id = start.data?.execute_id ?? null;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={520}
      title={t.editor.testTitle}
      classNames={{ title: form.dialogTitle ?? '' }}
      closeButtonProps={{ 'aria-label': t.app.close }}
    >
      <div className={classes.test}>
        <p className="soft">{t.editor.testHelp}</p>
        {start.isError ? (
          <ErrorState compact error={start.error} onRetry={() => start.mutate(state.draft)} />
        ) : id ? (
          <Result id={id} onAgain={() => start.mutate(state.draft)} />
        ) : (
          <p aria-live="polite">{t.editor.testStarting}</p>
        )}
      </div>
    </Drawer>
  );
}

function Result({ id, onAgain }: { id: string; onAgain: () => void }) {
  const t = useText();
  const { state } = useEditor();
  const kind = targetKind(state.draft);
  const query = useQuery({
    queryKey: keys.execution(id),
    queryFn: ({ signal }) =>
      call(api.GET('/jobexecution/{execute_id}', { params: { path: { execute_id: id } }, signal })),
    refetchInterval: ({ state: { data } }) => (data && kEnded.includes(data.job_status) ? false : 500),
  });
  const execution = query.data;
  const live = useOutput(kind === 'http' ? null : id);
  const ended = execution !== undefined && kEnded.includes(execution.job_status);
  const attempt = execution?.attempts.at(-1);
  const stop = () =>
    call(api.POST('/jobexecution/{execute_id}/cancel', { params: { path: { execute_id: id } } })).then(
      () => query.refetch(),
      error => toastFailed(error),
    );
  if (query.isError) return <ErrorState compact error={query.error} onRetry={() => query.refetch()} />;
  const output = ended ? attempt?.output || live : live;
  const reason = attempt?.reason || execution?.ext_info.reason;
  return (
    <>
      <div className={classes.testState} aria-live="polite">
        <StateBadge state={execution?.job_status ?? 'pending'} />
        {typeof reason === 'string' && reason ? <span>{reasonText(reason, t)}</span> : null}
      </div>
      <dl className={classes.facts}>
        <div>
          <dt>{t.editor.testDuration}</dt>
          <dd className="num">
            <Elapsed from={attempt?.begin_at ?? execution?.begin_at} to={attempt?.end_at} />
          </dd>
        </div>
        <div>
          <dt>{t.editor.testCode[kind]}</dt>
          <dd className="num">
            {attempt && ended && (attempt.code || kind !== 'http') ? attempt.code : '—'}
          </dd>
        </div>
        <div>
          <dt>{t.editor.testNode}</dt>
          <dd className="truncate">{attempt?.executor_id ?? '—'}</dd>
        </div>
      </dl>
      <h3 className={form.small}>{t.editor.testOutput}</h3>
      {output ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard
        <section className={classes.output} tabIndex={0} aria-label={t.editor.testOutput}>
          {pretty(output)}
        </section>
      ) : (
        <p className="soft">{ended ? t.editor.testNoOutput : '…'}</p>
      )}
      <div className={classes.testActions}>
        {ended ? (
          <Button variant="default" leftSection={<Icon name="retry" />} onClick={onAgain}>
            {t.editor.testAgain}
          </Button>
        ) : (
          <Button variant="default" leftSection={<Icon name="stop" />} onClick={stop}>
            {t.editor.testStop}
          </Button>
        )}
        <Link to="/executions/$executeId" params={{ executeId: id }} target="_blank">
          {t.editor.testDetails}
        </Link>
      </div>
    </>
  );
}

function Elapsed({ from, to }: { from: string | undefined; to: string | undefined }) {
  const present = useNow(250);
  const begin = toMillis(from);
  if (begin === null) return '—';
  return duration(Math.max(0, (toMillis(to) ?? present) - begin));
}

/// A response of JSON in lines; anything else as it is.
function pretty(output: string): string {
  if (!/^\s*[{[]/.test(output)) return output;
  try {
    return JSON.stringify(JSON.parse(output), null, 2);
  } catch {
    return output;
  }
}
