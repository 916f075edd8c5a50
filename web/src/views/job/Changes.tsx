import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { AbsoluteTime, RelativeTime } from '../../components/RelativeTime';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { type Change, changesOf } from './changes_model';
import classes from './details.module.css';
import jobClasses from './job.module.css';
import { useChanges } from './queries';

const kShown = 6;

/// The audit records of a job: who changed which member, from what to what.
export function Changes({ id, zone }: { id: string; zone: string | undefined }) {
  const t = useText();
  const changes = useChanges(id);
  const rows = changes.data?.pages.flatMap(page => page.rows);
  if (rows === undefined && changes.error)
    return <ErrorState compact error={changes.error} onRetry={() => changes.refetch()} />;
  if (rows === undefined)
    return (
      <div className={classes.records}>
        {[64, 48, 56].map(width => (
          <div key={width} className={classes.record}>
            <Bone width={`${width}%`} height={16} />
          </div>
        ))}
      </div>
    );
  if (rows.length === 0)
    return (
      <EmptyState compact title={t.job.changes.none}>
        {t.job.changes.noneHelp}
      </EmptyState>
    );
  return (
    <>
      <ol className={classes.records}>
        {rows.map(record => (
          <Record key={record.audit_id} record={record} zone={zone} />
        ))}
      </ol>
      {changes.hasNextPage ? (
        <div className={classes.tabFoot}>
          <Button
            variant="default"
            loading={changes.isFetchingNextPage}
            onClick={() => changes.fetchNextPage()}
          >
            {t.job.changes.more}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function Record({ record, zone }: { record: Schemas['Audit']; zone: string | undefined }) {
  const t = useText();
  const words = t.job.changes;
  const [all, setAll] = useState(false);
  const found = changesOf(record.difference);
  const names: Record<string, string> = words.actions;
  const shown = all ? found : found.slice(0, kShown);
  return (
    <li className={classes.record}>
      <div className={classes.recordHead}>
        <strong>{names[record.action] ?? record.action}</strong>
        <span>{words.by(record.subject || words.unknown)}</span>
        {record.address ? <span className="soft">{words.from(record.address)}</span> : null}
        <span className={classes.recordTime}>
          <AbsoluteTime at={record.at} zone={zone} />
          <span className="soft">
            <RelativeTime at={record.at} zone={zone} />
          </span>
        </span>
      </div>
      {found.length === 0 ? (
        <div className="soft">{words.noDifference}</div>
      ) : (
        <ul className={classes.diff}>
          {shown.map(change => (
            <Difference key={change.member} change={change} />
          ))}
        </ul>
      )}
      {found.length > shown.length ? (
        <button type="button" className={jobClasses.textButton} onClick={() => setAll(true)}>
          {words.showAll(found.length)}
        </button>
      ) : null}
    </li>
  );
}

function Difference({ change }: { change: Change }) {
  const t = useText();
  const words = t.job.changes;
  return (
    <li className={classes.diffRow}>
      <code className={classes.member}>{change.member}</code>
      <span className={classes.diffValues}>
        {change.from !== null ? (
          <del className={classes.old}>
            <span className="visually-hidden">{words.was} </span>
            {change.from}
          </del>
        ) : null}
        {change.to !== null ? (
          <ins className={classes.fresh}>
            <span className="visually-hidden">{words.is} </span>
            {change.to}
          </ins>
        ) : (
          <span className="soft">{words.absent}</span>
        )}
      </span>
    </li>
  );
}
