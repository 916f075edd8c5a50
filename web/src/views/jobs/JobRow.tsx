import { Checkbox, Menu } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { Icon } from '../../components/icons';
import { AbsoluteTime, RelativeTime } from '../../components/RelativeTime';
import { Sparkline } from '../../components/Sparkline';
import { StateBadge } from '../../components/StateBadge';
import { useText } from '../../i18n';
import { absolute, toMillis } from '../../time/format';
import { useZone } from '../../time/zone';
import classes from './jobs.module.css';
import type { Activity, Job } from './queries';

export type RowActions = {
  select: (id: string, range: boolean) => void;
  run: (job: Job) => void;
  enable: (ids: string[], enable: boolean) => void;
  remove: (ids: string[]) => void;
  filterLabel: (label: string) => void;
};

type Props = {
  job: Job;
  activity: Activity | undefined;
  selected: boolean;
  selectable: boolean;
  runnable: boolean;
  actions: RowActions;
};

/// One job in the list.
export const JobRow = memo(function JobRow(props: Props) {
  const { job, activity, selected, selectable, actions } = props;
  const t = useText();
  const context = job.job_context;
  const labels = Object.entries(context.labels ?? {});
  return (
    <>
      <div role="cell" className={classes.cellSelect}>
        {selectable ? (
          <Checkbox
            size="xs"
            checked={selected}
            aria-label={t.jobs.selectJob(job.job_name)}
            onChange={() => {}}
            onClick={event => actions.select(job.job_id, event.shiftKey)}
          />
        ) : null}
      </div>
      <div role="cell" className={classes.cellState}>
        <LastState last={activity?.last} />
      </div>
      <div role="cell" className={classes.cellName}>
        <div className={classes.nameLine}>
          <Link
            to="/jobs/$jobId"
            params={{ jobId: job.job_id }}
            className={`${classes.name} truncate`}
            data-job={job.job_id}
          >
            {job.job_name}
          </Link>
        </div>
        <div className={`${classes.target} truncate`} title={context.exec}>
          {context.exec || job.remarks}
        </div>
      </div>
      <div role="cell" className={classes.cellSchedule}>
        <Schedule job={job} />
      </div>
      <div role="cell" className={classes.cellNext}>
        <Next job={job} next={activity?.next} />
      </div>
      <div role="cell" className={classes.cellRuns}>
        <Sparkline runs={activity?.runs ?? []} />
      </div>
      <div role="cell" className={classes.cellLabels}>
        {labels.slice(0, 2).map(([name, value]) => (
          <button
            type="button"
            key={name}
            className={classes.label}
            title={`${name}:${value}`}
            onClick={() => actions.filterLabel(`${name}:${value}`)}
          >
            <span className="soft">{name}</span> {String(value)}
          </button>
        ))}
        {labels.length > 2 ? <span className="soft">+{labels.length - 2}</span> : null}
      </div>
      <div role="cell" className={classes.cellActions}>
        <RowMenu {...props} />
      </div>
    </>
  );
});

function LastState({ last }: { last: Activity['last'] }) {
  const t = useText();
  if (!last)
    return (
      <span className={classes.stateLink}>
        <StateBadge state="none" compact />
        <span className={classes.stateTime}>{t.state.none}</span>
      </span>
    );
  return (
    <Link
      to="/executions/$executeId"
      params={{ executeId: last.execute_id }}
      className={classes.stateLink}
      tabIndex={-1}
    >
      <StateBadge state={last.job_status} compact />
      <span className={classes.stateTime}>
        <RelativeTime at={last.begin_at} />
      </span>
    </Link>
  );
}

/// The schedule in words with the expression below; an expression without words has its zone there.
function Schedule({ job }: { job: Job }) {
  const t = useText();
  const zone = useZone(job.job_context.timezone);
  const expression = job.job_cron_time;
  const words = job.schedule_words;
  if (!expression) return <span className="soft">{t.jobs.onRequest}</span>;
  const instant = /^\d{4}-/.test(expression) ? toMillis(expression) : null;
  if (instant !== null) return <div className="truncate">{t.jobs.once(absolute(instant, zone, false))}</div>;
  return (
    <>
      <div className={`${classes.words} truncate`} title={words}>
        {words || <code className={classes.expression}>{expression}</code>}
      </div>
      <div className={`${classes.second} soft truncate`}>
        {words ? <code className={classes.expression}>{expression}</code> : job.job_context.timezone}
      </div>
    </>
  );
}

function Next({ job, next }: { job: Job; next: string | null | undefined }) {
  const t = useText();
  if (!job.enabled) return <span className={classes.tag}>{t.jobs.disabled}</span>;
  if (!job.job_cron_time || next === undefined) return <span className="soft">—</span>;
  if (next === null) return <span className="soft">{t.jobs.noNext}</span>;
  return (
    <>
      <div>
        <RelativeTime at={next} zone={job.job_context.timezone} />
      </div>
      <div className={`${classes.second} soft`}>
        <AbsoluteTime at={next} zone={job.job_context.timezone} />
      </div>
    </>
  );
}

function RowMenu({ job, selectable, runnable, actions }: Props) {
  const t = useText();
  if (!selectable && !runnable) return null;
  return (
    <Menu position="bottom-end" shadow="md" width={180}>
      <Menu.Target>
        <button type="button" className={classes.menuButton} aria-label={t.jobs.actionsOf(job.job_name)}>
          <span aria-hidden="true">⋯</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown aria-label={t.jobs.actionsOf(job.job_name)}>
        {runnable ? (
          <Menu.Item leftSection={<Icon name="executions" />} onClick={() => actions.run(job)}>
            {t.action.run}
          </Menu.Item>
        ) : null}
        {selectable ? (
          <>
            <Menu.Item
              leftSection={<Icon name="edit" />}
              renderRoot={props => <Link to="/jobs/$jobId/edit" params={{ jobId: job.job_id }} {...props} />}
            >
              {t.action.edit}
            </Menu.Item>
            <Menu.Item
              leftSection={<Icon name={job.enabled ? 'pause' : 'power'} />}
              onClick={() => actions.enable([job.job_id], !job.enabled)}
            >
              {job.enabled ? t.action.disable : t.action.enable}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item
              leftSection={<Icon name="trash" />}
              className={classes.danger}
              onClick={() => actions.remove([job.job_id])}
            >
              {t.action.delete}
            </Menu.Item>
          </>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}
