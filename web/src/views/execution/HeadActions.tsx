import { Button, Menu, Popover } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useCan } from '../../auth/permissions';
import { Icon } from '../../components/icons';
import { useText } from '../../i18n';
import { useCancel, useRunAgain } from './actions';
import classes from './execution.module.css';
import { hasEnded } from './model';
import type { Execution } from './queries';
import { comparisons } from './search';

/// Cancel, run again, mend the job of a failure, compare.
export function HeadActions({ execution, gone }: { execution: Execution; gone: boolean }) {
  const t = useText();
  const words = t.execution.action;
  const mayExecute = useCan('execute');
  const mayWrite = useCan('write');
  const failed = execution.job_status === 'abandon' || execution.job_status === 'failure';
  const navigate = useNavigate({ from: '/executions/$executeId' });
  const again = useRunAgain(execution.job_id);
  return (
    <div className={`${classes.actions} no-print`}>
      {mayExecute && !hasEnded(execution) ? <CancelButton id={execution.execute_id} /> : null}
      {mayExecute && !gone ? (
        <Button
          variant="default"
          leftSection={<Icon name="retry" />}
          loading={again.isPending}
          onClick={() => again.mutate()}
        >
          {words.again}
        </Button>
      ) : null}
      {mayWrite && failed && !gone ? (
        <Button
          variant="default"
          leftSection={<Icon name="edit" />}
          renderRoot={props => (
            <Link to="/jobs/$jobId/edit" params={{ jobId: execution.job_id }} {...props} />
          )}
        >
          {words.edit}
        </Button>
      ) : null}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<Icon name="compare" />}>
            {words.compare}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {comparisons.map(each => (
            <Menu.Item
              key={each}
              onClick={() =>
                void navigate({
                  search: before => ({ ...before, compare: each }),
                  replace: true,
                  resetScroll: false,
                })
              }
            >
              {words.compareWith[each]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

/// A cancelled attempt cannot be resumed, so the button asks.
function CancelButton({ id }: { id: string }) {
  const t = useText();
  const words = t.execution.action;
  const [open, setOpen] = useState(false);
  const cancel = useCancel(id);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={344} trapFocus withRoles>
      <Popover.Target>
        <Button
          variant="default"
          className={classes.danger ?? ''}
          leftSection={<Icon name="stop" />}
          loading={cancel.isPending}
          onClick={() => setOpen(!open)}
        >
          {words.cancel}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={words.cancel}>
        <p className={classes.confirm}>{words.confirm}</p>
        <div className={classes.confirmButtons}>
          <Button variant="default" onClick={() => setOpen(false)}>
            {words.keep}
          </Button>
          <Button
            variant="default"
            className={classes.danger ?? ''}
            onClick={() => {
              setOpen(false);
              cancel.mutate();
            }}
          >
            {words.cancel}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
