import { ActionIcon, Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { Icon } from '../../components/icons';
import { AbsoluteTime } from '../../components/RelativeTime';
import table from '../../components/Table.module.css';
import { useText } from '../../i18n';
import { type Change, changesOf, kindOf } from './audit_model';
import classes from './operations.module.css';

type Props = {
  record: Schemas['Audit'];
  /// The name of the job that is the object, if it is known.
  job: string | undefined;
  onFilter: (object: string) => void;
};

export function AuditRow({ record, job, onFilter }: Props) {
  const t = useText();
  const words = t.operations.audit;
  const [open, setOpen] = useState(false);
  const changes = changesOf(record.difference);
  const actions: Record<string, string> = words.actions;
  return (
    <>
      <tr>
        <td className={table.tight} data-label={words.time}>
          <AbsoluteTime at={record.at} />
        </td>
        <td data-label={words.who}>
          <span>
            <span className={classes.node}>{record.subject || record.client_id}</span>
            {record.client_id !== record.tenant_id ? (
              <span className="soft"> · {words.tenant(record.tenant_id)}</span>
            ) : null}
            <div className="soft num">{record.address}</div>
          </span>
        </td>
        <td data-label={words.action}>{actions[record.action] ?? record.action}</td>
        <td data-label={words.object}>
          {record.object ? (
            <span className={classes.object}>
              <ObjectLink record={record} job={job} />
              <Tooltip label={words.only}>
                <ActionIcon
                  size="sm"
                  className="no-print"
                  aria-label={words.onlyThis(record.object)}
                  onClick={() => onFilter(record.object)}
                >
                  <Icon name="filter" size={14} />
                </ActionIcon>
              </Tooltip>
            </span>
          ) : (
            '—'
          )}
        </td>
        <td data-label={words.change}>
          {changes.length > 0 ? (
            <button
              type="button"
              className={classes.toggle}
              aria-expanded={open}
              onClick={() => setOpen(!open)}
            >
              {open ? words.hide : words.show(changes.length)}
            </button>
          ) : (
            <span className="soft">—</span>
          )}
        </td>
      </tr>
      {open ? (
        <tr>
          <td colSpan={5} className={classes.opened}>
            <Difference changes={changes} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

function ObjectLink({ record: { action, object }, job }: Pick<Props, 'record' | 'job'>) {
  const short = object.length > 13 ? `${object.slice(0, 8)}…` : object;
  const kind = kindOf(action);
  if (kind === 'job')
    return (
      <Link to="/jobs/$jobId" params={{ jobId: object }} className={job ? '' : 'mono'} title={object}>
        {job ?? short}
      </Link>
    );
  if (kind === 'execution')
    return (
      <Link to="/executions/$executeId" params={{ executeId: object }} className="mono" title={object}>
        {short}
      </Link>
    );
  return (
    <span className="mono" title={object}>
      {short}
    </span>
  );
}

function Difference({ changes }: { changes: Change[] }) {
  const words = useText().operations.audit;
  return (
    <table className={classes.difference}>
      <thead>
        <tr>
          <th>{words.member}</th>
          <th>{words.from}</th>
          <th>{words.to}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ member, from, to }) => (
          <tr key={member}>
            <td>{member}</td>
            <td className={from === null ? 'soft' : classes.before}>
              {from === null ? words.absent : `− ${from}`}
            </td>
            <td className={to === null ? 'soft' : classes.after}>{to === null ? words.absent : `+ ${to}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
