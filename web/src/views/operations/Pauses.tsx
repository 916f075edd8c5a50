import { Button, Modal } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useScheduling } from '../../app/scheduling';
import { useCan } from '../../auth/permissions';
import { Icon } from '../../components/icons';
import { Section } from '../../components/Page';
import { Bone, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import classes from './operations.module.css';
import { usePause } from './queries';

/// Whether planned executions run, and the switch. Pausing asks first: what is due meanwhile is lost.
export function Pauses() {
  const t = useText();
  const words = t.operations.pauses;
  const state = useScheduling();
  const mayWrite = useCan('write');
  const isAdmin = useCan('admin');
  const navigate = useNavigate({ from: '/operations' });
  const { ask } = useSearch({ from: '/operations' });
  const [chosen, setAsking] = useState<'tenant' | 'all' | null>(null);
  const asking = chosen ?? (ask && mayWrite ? 'tenant' : null);
  const close = () => {
    setAsking(null);
    if (ask) void navigate({ search: ({ ask: _, ...before }) => before, replace: true });
  };
  const change = usePause(close);
  const { paused, all, tenant } = state.data ?? { paused: false, all: false, tenant: false };

  if (!state.data)
    return (
      <Section title={words.title}>
        {state.error ? (
          <ErrorState compact error={state.error} onRetry={() => state.refetch()} />
        ) : (
          <div className={classes.pause}>
            <Bone width={120} height={24} />
            <Bone width="80%" height={20} />
          </div>
        )}
      </Section>
    );
  const resume = (every: boolean) => change.mutate({ pause: false, all: every });
  return (
    <Section title={words.title}>
      <div className={classes.pause}>
        <div className={`${classes.pauseState} ${paused ? classes.warn : ''}`}>
          <span className={`${classes.mark} ${paused ? classes.warn : classes.good}`}>
            <Icon name={paused ? 'pause' : 'check'} />
          </span>
          {all ? words.all : tenant ? words.tenant : words.running}
        </div>
        <p className="soft">{paused ? words.pausedHelp : words.runningHelp}</p>
        {all && !isAdmin ? <p className="soft">{words.allHelp}</p> : null}
        {mayWrite ? (
          <div className={`${classes.buttons} no-print`}>
            {tenant ? (
              <Button loading={change.isPending} onClick={() => resume(false)}>
                {words.resume}
              </Button>
            ) : (
              <Button
                variant="default"
                leftSection={<Icon name="pause" />}
                onClick={() => setAsking('tenant')}
              >
                {words.pause}
              </Button>
            )}
            {isAdmin && all ? (
              <Button loading={change.isPending} onClick={() => resume(true)}>
                {words.resumeAll}
              </Button>
            ) : isAdmin ? (
              <Button variant="default" onClick={() => setAsking('all')}>
                {words.pauseAll}
              </Button>
            ) : null}
          </div>
        ) : null}
      </div>
      <Modal
        opened={asking !== null}
        onClose={close}
        title={words.confirmTitle}
        closeButtonProps={{ 'aria-label': t.app.close }}
      >
        <p className={classes.confirm}>
          {words.confirm} {asking === 'all' ? words.confirmAll : null}
        </p>
        <div className={classes.answers}>
          <Button variant="default" onClick={close}>
            {t.action.cancel}
          </Button>
          <Button
            data-autofocus
            loading={change.isPending}
            onClick={() => change.mutate({ pause: true, all: asking === 'all' })}
          >
            {asking === 'all' ? words.pauseAll : words.pause}
          </Button>
        </div>
      </Modal>
    </Section>
  );
}
