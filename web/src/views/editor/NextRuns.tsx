import { Fragment } from 'react';
import { ApiError } from '../../api/client';
import { Bone, EmptyState, ErrorState } from '../../components/States';
import { useLanguage, useText } from '../../i18n';
import { useNow } from '../../time/clock';
import { absolute, offsetName, relative } from '../../time/format';
import { browserZone, useZoneChoice } from '../../time/zone';
import { useEditor } from './context';
import { getAt, textAt } from './definition';
import { Advice, Words } from './Expression';
import classes from './schedule.module.css';

/// The zone of the person who looks: UTC if the page shows UTC, otherwise that of the browser.
export function useViewerZone(): string {
  const [choice] = useZoneChoice();
  return choice === 'utc' ? 'UTC' : browserZone();
}

/// What the server makes of the schedule: words, warnings, and the next ten runs in two zones.
export function NextRuns() {
  const t = useText();
  const s = t.editor.schedule;
  const { state, preview } = useEditor();
  const text = textAt(state.draft, 'job_cron_time').trim();
  if (text === '')
    return (
      <div className={classes.preview}>
        <EmptyState compact title={s.emptyTitle}>
          {textAt(state.draft, 'job_type') === 'real-time' ? s.emptyOnRequest : s.empty}
        </EmptyState>
      </div>
    );
  if (preview.isError) {
    // A refused expression is reported at its field; other failures are those of the connection.
    const refused = preview.error instanceof ApiError && preview.error.status === 400;
    return refused ? (
      <Advice />
    ) : (
      <div className={classes.preview}>
        <ErrorState compact error={preview.error} onRetry={() => preview.refetch()} />
      </div>
    );
  }
  if (!preview.data)
    return (
      <div className={classes.preview} aria-busy="true">
        <Bone width="60%" height={16} />
        {Array.from({ length: 10 }, (_, row) => row).map(row => (
          <Bone key={row} width={row % 2 ? '82%' : '90%'} />
        ))}
      </div>
    );
  return (
    <div className={classes.preview} aria-busy={preview.isPlaceholderData}>
      <Words />
      <Advice />
      <Table next={preview.data.next} zone={preview.data.timezone} />
      {getAt(state.draft, 'enabled') === true ? null : (
        <p className={`${classes.wordsToo} soft`}>{s.disabledNote}</p>
      )}
    </div>
  );
}

function Table({ next, zone }: { next: string[]; zone: string }) {
  const t = useText();
  const s = t.editor.schedule;
  const language = useLanguage();
  const viewer = useViewerZone();
  const present = useNow(10_000);
  const times = next.map(at => Date.parse(at));
  if (times.length === 0) return <p className={`${classes.wordsToo} soft`}>{s.noRuns}</p>;
  const seconds = times.some(at => at % 60_000 !== 0);
  const day = (at: number, inZone: string) =>
    new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: inZone }).format(at);
  const zones = viewer === zone ? [zone] : [zone, viewer];
  return (
    <table className={`${classes.runs} num`}>
      <caption className="visually-hidden">{s.nextRuns}</caption>
      <thead>
        <tr>
          <th scope="col">{s.jobZone(zone)}</th>
          {zones.length > 1 ? (
            <th scope="col" className={classes.viewer}>
              {s.viewerZone(viewer)}
            </th>
          ) : null}
          <th scope="col" className={classes.right}>
            {s.relative}
          </th>
        </tr>
      </thead>
      <tbody>
        {times.map((at, index) => {
          const before = times[index - 1];
          const changed =
            before !== undefined && offsetName(before, zone) !== offsetName(at, zone)
              ? offsetName(at, zone)
              : null;
          return (
            <Fragment key={at}>
              {changed ? (
                <tr className={classes.changeRow}>
                  <td colSpan={zones.length + 1}>{s.offsetChange(changed)}</td>
                </tr>
              ) : null}
              <tr>
                {zones.map(each => (
                  <td key={each} className={each === zone ? '' : classes.viewer}>
                    <span className={classes.weekday}>{day(at, each)}</span> {absolute(at, each, seconds)}
                  </td>
                ))}
                <td className={`${classes.right} soft`}>{relative(at, present, language)}</td>
              </tr>
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
}
