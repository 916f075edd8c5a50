import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Schemas } from '../../api/client';
import { useCan } from '../../auth/permissions';
import { Icon } from '../../components/icons';
import { Section } from '../../components/Page';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { clockTime } from '../../time/format';
import { instant, useJobsById } from '../overview/queries';
import { useDayName } from './day_name';
import { MinuteBars } from './MinuteBars';
import { useHour } from './queries';
import classes from './schedule.module.css';
import { jobsOf, type Minute, movedExpression, type Suggestion, suggest } from './spread';

const kHour = 3_600_000;
/// Names are requested for as many jobs; the others of a crowded hour are counted.
const kNamed = 100;

type Jobs = ReturnType<typeof useJobsById>['data'];

/// The hour of the chosen cell: its minutes, the jobs behind them, and where to spread.
export function HourPanel({
  from,
  zone,
  onMove,
}: {
  from: number;
  zone: string;
  onMove: (from: number) => void;
}) {
  const t = useText();
  const hour = useHour(from);
  const navigate = useNavigate({ from: '/schedule' });
  const { minute: inAddress } = useSearch({ from: '/schedule' });
  const minute = inAddress ? Date.parse(inAddress) : null;
  const setMinute = (next: number | null) =>
    navigate({
      search: before => ({ ...before, minute: next === null ? undefined : instant(next) }),
      replace: true,
      resetScroll: false,
    });
  const dayName = useDayName(zone);
  const minutes = hour.data?.minutes ?? [];
  const suggestion = suggest(minutes);
  const chosen = minutes.find(({ at }) => at === minute);
  const listed = jobsOf(chosen ? [chosen] : minutes).slice(0, kNamed);
  const moved = suggestion?.moves.map(({ job_id }) => job_id) ?? [];
  const jobs = useJobsById([...listed.map(({ job_id }) => job_id), ...moved]).data;
  const total = (chosen ? [chosen] : minutes).reduce((sum, { count }) => sum + count, 0);
  const title = t.schedule.hour.title(dayName(from), clockTime(from, zone), clockTime(from + kHour, zone));

  return (
    <div className={classes.columns}>
      <Section
        title={title}
        aside={
          <span className={classes.steps}>
            <span className="num">
              {hour.data
                ? t.schedule.map.occurrences(minutes.reduce((sum, { count }) => sum + count, 0))
                : null}
            </span>
            <Step name={t.schedule.hour.previous} icon="up" onClick={() => onMove(from - kHour)} />
            <Step name={t.schedule.hour.next} icon="down" onClick={() => onMove(from + kHour)} />
          </span>
        }
      >
        {hour.data ? (
          <>
            <MinuteBars
              minutes={minutes}
              zone={zone}
              chosen={minute}
              onChoose={setMinute}
              peak={suggestion?.peak ?? null}
            />
            <Spread suggestion={suggestion} jobs={jobs} zone={zone} />
          </>
        ) : hour.error ? (
          <ErrorState compact error={hour.error} onRetry={() => hour.refetch()} />
        ) : (
          <div className={classes.bars}>
            <Bone height={96} />
          </div>
        )}
      </Section>
      <Section
        title={chosen ? t.schedule.hour.jobsOf(clockTime(chosen.at, zone)) : t.schedule.hour.jobsOfHour}
        aside={
          chosen ? (
            <Button size="compact-xs" variant="subtle" onClick={() => setMinute(null)}>
              {t.schedule.hour.wholeHour}
            </Button>
          ) : null
        }
      >
        {hour.data ? (
          <JobList rows={listed} total={total} jobs={jobs} />
        ) : (
          <div className={classes.bars}>
            <Bone width="60%" />
          </div>
        )}
      </Section>
    </div>
  );
}

/// The editor opens with the proposed expression, if the suggestion can be written as one.
function proposal(job: Schemas['Job'] | undefined, from: number, to: number): { cron?: string } {
  const zone = job?.job_context.timezone || 'UTC';
  const cron = job ? movedExpression(job.job_cron_time, zone, from, to) : undefined;
  return cron ? { cron } : {};
}

function Step({ name, icon, onClick }: { name: string; icon: 'up' | 'down'; onClick: () => void }) {
  return (
    <Tooltip label={name}>
      <ActionIcon className="no-print" size="sm" aria-label={name} onClick={onClick}>
        <Icon name={icon} />
      </ActionIcon>
    </Tooltip>
  );
}

function JobList({ rows, total, jobs }: { rows: Minute['jobs']; total: number; jobs: Jobs }) {
  const t = useText();
  if (rows.length === 0)
    return (
      <EmptyState compact title={t.schedule.hour.none}>
        {t.schedule.hour.noneHelp}
      </EmptyState>
    );
  const rest = total - rows.reduce((sum, { count }) => sum + count, 0);
  return (
    <ul className={classes.jobs}>
      {rows.map(({ job_id, count }) => {
        const job = jobs?.get(job_id);
        return (
          <li key={job_id} className={classes.job}>
            <Link to="/jobs/$jobId" params={{ jobId: job_id }} className={`${classes.name} truncate`}>
              {job?.job_name ?? job_id.slice(0, 8)}
            </Link>
            <code className={`${classes.cron} mono truncate`}>{job?.job_cron_time}</code>
            <span className={`${classes.times} num`}>{t.schedule.hour.times(count)}</span>
          </li>
        );
      })}
      {rest > 0 ? <li className={`${classes.job} soft`}>{t.schedule.hour.more(rest)}</li> : null}
    </ul>
  );
}

function Spread({ suggestion, jobs, zone }: { suggestion: Suggestion | null; jobs: Jobs; zone: string }) {
  const t = useText();
  const mayWrite = useCan('write');
  const words = t.schedule.spread;
  if (!suggestion)
    return (
      <p className={`${classes.even} soft`}>
        <span className={classes.good}>
          <Icon name="check" />
        </span>
        <span>
          <strong>{words.even}</strong> {words.evenHelp}
        </span>
      </p>
    );
  const { peak, before, after, usual, moves } = suggestion;
  return (
    <div className={classes.spread}>
      <h3 className={classes.spreadTitle}>{words.title}</h3>
      <p>
        {words.found(clockTime(peak, zone), before, usual)}
        <br />
        {words.effect(before, after)}
      </p>
      <ul className={classes.moves}>
        {moves.map(({ job_id, from, to }) => (
          <li key={job_id} className={classes.move}>
            <Link to="/jobs/$jobId" params={{ jobId: job_id }} className={`${classes.name} truncate`}>
              {jobs?.get(job_id)?.job_name ?? job_id.slice(0, 8)}
            </Link>
            <span className="num">{words.move(clockTime(from, zone), clockTime(to, zone))}</span>
            {mayWrite ? (
              <Link
                to="/jobs/$jobId/edit"
                params={{ jobId: job_id }}
                search={proposal(jobs?.get(job_id), from, to)}
                className="no-print"
              >
                {words.edit}
              </Link>
            ) : null}
          </li>
        ))}
      </ul>
      <p className="soft">{words.jitter}</p>
    </div>
  );
}
