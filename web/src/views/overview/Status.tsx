import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';
import { api, call, type Schemas } from '../../api/client';
import { useCan } from '../../auth/permissions';
import { Icon } from '../../components/icons';
import { toastDone, toastFailed } from '../../components/toasts';
import { useText } from '../../i18n';
import { duration } from '../../time/format';
import classes from './overview.module.css';

/// From this delay on the planning itself is a problem. Up to ten seconds are normal while there is nothing to claim.
export const kLag = 30;

function joined(parts: ReactNode[], separator: string): ReactNode {
  return parts.filter(Boolean).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no identity
    <Fragment key={index}>
      {index > 0 ? separator : ''}
      {part}
    </Fragment>
  ));
}

/// The answer to "is anything wrong", in one sentence with links.
export function Status({ overview }: { overview: Schemas['Overview'] }) {
  const t = useText();
  const { late, missed } = overview;
  const { enabled, disabled } = overview.jobs;
  const failing = overview.failing.length < 20 ? overview.failing.length : overview.last.abandon;
  const lagging = overview.lag_seconds > kLag;
  const wrong = failing + late + missed > 0 || lagging;
  const { executing, pending, failure } = overview.executions;
  const problems = [
    failing ? (
      <Link key="failing" to="/jobs" search={{ state: 'abandon', enabled: 'true' }} className={classes.bad}>
        {t.overview.failing(failing)}
      </Link>
    ) : null,
    late ? (
      <a key="late" href="#late" className={classes.warn}>
        {t.overview.late(late)}
      </a>
    ) : null,
    missed ? (
      <a key="missed" href="#late" className={classes.warn}>
        {t.overview.missed(missed)}
      </a>
    ) : null,
  ];
  return (
    <div className={classes.status}>
      <span
        className={`${classes.mark} ${wrong ? (failing ? classes.markBad : classes.markWarn) : classes.markGood}`}
      >
        <Icon name={wrong ? 'warning' : 'check'} size={20} />
      </span>
      <div className={classes.sentences}>
        <p className={classes.sentence}>
          {failing + late + missed === 0 ? (
            t.overview.healthy(enabled)
          ) : (
            <>
              {t.overview.jobs(enabled)}
              {joined(problems, t.overview.separator)}
            </>
          )}
          {lagging ? <> {t.overview.lagging(duration(overview.lag_seconds * 1_000))}</> : null}
        </p>
        <p className={`${classes.counts} num`}>
          {joined(
            [
              <Link key="e" to="/executions" search={{ state: 'executing' }}>
                {t.overview.executing(executing)}
              </Link>,
              <Link key="p" to="/executions" search={{ state: 'pending' }}>
                {t.overview.pending(pending)}
              </Link>,
              failure ? (
                <Link key="f" to="/executions" search={{ state: 'failure' }}>
                  {t.overview.retrying(failure)}
                </Link>
              ) : null,
              disabled ? (
                <Link key="d" to="/jobs" search={{ enabled: 'false' }}>
                  {t.overview.disabled(disabled)}
                </Link>
              ) : null,
            ],
            ' · ',
          )}
        </p>
      </div>
    </div>
  );
}

export function PauseBanner() {
  const t = useText();
  const client = useQueryClient();
  const mayWrite = useCan('write');
  const resume = useMutation({
    mutationFn: () => call(api.POST('/scheduling/resume', { body: {} })),
    onSuccess: () => {
      toastDone(t.palette.resumed);
      return client.invalidateQueries();
    },
    onError: error => toastFailed(error),
  });
  return (
    <div className={classes.paused} role="status">
      <Icon name="pause" />
      <span>
        <strong>{t.overview.paused}</strong> {t.overview.pausedHelp}
      </span>
      {mayWrite ? (
        <Button size="xs" variant="default" loading={resume.isPending} onClick={() => resume.mutate()}>
          {t.action.resume}
        </Button>
      ) : null}
    </div>
  );
}
