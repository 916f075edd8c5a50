import { ActionIcon, Button, Menu, Switch } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useShortcut } from '../../app/keyboard';
import { useCan } from '../../auth/permissions';
import { useAuthSettings } from '../../auth/settings';
import { Icon } from '../../components/icons';
import { useText } from '../../i18n';
import { copyText, useDelete, useEnable, useRunNow } from './actions';
import { copyAs } from './copy_as';
import classes from './job.module.css';
import type { Job } from './queries';

/// What can be done with a job, at the right of its name.
export function HeadActions({ job }: { job: Job }) {
  const t = useText();
  const mayWrite = useCan('write');
  const mayExecute = useCan('execute');
  const run = useRunNow();
  const enable = useEnable(job);
  const start = () => run.mutate({ id: job.job_id, name: job.job_name });
  useShortcut('r', mayExecute ? t.action.run : '', () => mayExecute && start());
  return (
    <div className={`${classes.actions} no-print`}>
      <Switch
        className={classes.switch}
        classNames={{ labelWrapper: classes.switchLabel ?? '' }}
        checked={job.enabled}
        disabled={!mayWrite}
        label={job.enabled ? t.job.head.enabled : t.job.head.disabled}
        onChange={event => enable.mutate(event.currentTarget.checked)}
      />
      {mayExecute ? (
        <Button leftSection={<Icon name="executions" />} onClick={start} loading={run.isPending}>
          {t.action.run}
        </Button>
      ) : null}
      {mayWrite ? (
        <Button
          variant="default"
          leftSection={<Icon name="edit" />}
          renderRoot={props => <Link to="/jobs/$jobId/edit" params={{ jobId: job.job_id }} {...props} />}
        >
          {t.action.edit}
        </Button>
      ) : null}
      <MoreActions job={job} mayWrite={mayWrite} />
    </div>
  );
}

function MoreActions({ job, mayWrite }: { job: Job; mayWrite: boolean }) {
  const t = useText();
  const remove = useDelete(job);
  const authenticated = useAuthSettings().data?.mode !== 'none';
  const copy = (format: 'curl' | 'cli' | 'yaml') =>
    void copyText(
      copyAs(format, job, window.location.origin, authenticated),
      t.job.head.copied(t.job.head.formats[format]),
    );
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={t.job.head.more}>
          <Icon name="ellipsis" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {mayWrite ? (
          <Menu.Item
            leftSection={<Icon name="copy" />}
            renderRoot={props => <Link to="/jobs/new" search={{ from: job.job_id }} {...props} />}
          >
            {t.job.head.clone}
          </Menu.Item>
        ) : null}
        {(['curl', 'cli', 'yaml'] as const).map(format => (
          <Menu.Item key={format} leftSection={<Icon name="copy" />} onClick={() => copy(format)}>
            {t.job.head.copyAs(t.job.head.formats[format])}
          </Menu.Item>
        ))}
        {mayWrite ? (
          <>
            <Menu.Divider />
            <Menu.Item className={classes.bad ?? ''} leftSection={<Icon name="trash" />} onClick={remove}>
              {t.action.delete}
            </Menu.Item>
          </>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}
