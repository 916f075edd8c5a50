import { Button } from '@mantine/core';
import { useText } from '../../i18n';
import { clockTime } from '../../time/format';
import { offsetAt } from './clock_changes';
import { useEditor } from './context';
import { textAt } from './definition';
import form from './editor.module.css';
import { quietMinute } from './load';
import { withMinute } from './proposals';
import { kMinute, useJobNames, useLoad } from './queries';
import classes from './schedule.module.css';

/// How busy the minutes around the next run are with other jobs, and a quieter minute if there is one.
export function LoadChart() {
  const t = useText();
  const s = t.editor.schedule.load;
  const { state, jobId, preview, set } = useEditor();
  const data = preview.isError ? undefined : preview.data;
  const expression = textAt(state.draft, 'job_cron_time').trim();
  const fixed = withMinute(expression, 0) !== null;
  const first = data?.next[0];
  const at = expression !== '' && fixed && first ? Math.floor(Date.parse(first) / kMinute) * kMinute : null;
  const load = useLoad(at, jobId).data;
  const names = useJobNames(load?.jobs ?? []).data;
  if (at === null || !data || !load) return null;
  const index = (at - load.from) / kMinute;
  const own = load.counts[index];
  // The window of the answer may still be that of the previous expression.
  if (own === undefined) return null;
  const most = Math.max(1, ...load.counts);
  const time = (place: number) => clockTime(load.from + place * kMinute, data.timezone);
  const zoneMinute = (((Math.floor(at / kMinute) + (offsetAt(at, data.timezone) ?? 0)) % 60) + 60) % 60;
  const quiet = quietMinute(load.counts, index, zoneMinute);
  const better = quiet ? withMinute(expression, quiet.minute) : null;
  const known = load.jobs.map(id => names?.get(id)?.job_name).filter(name => name !== undefined);
  return (
    <section className={classes.load} aria-label={s.title}>
      <h3 className={form.small}>{s.title}</h3>
      <div
        className={classes.bars}
        role="img"
        aria-label={s.chart(time(0), time(load.counts.length - 1), Math.max(...load.counts))}
      >
        {load.counts.map((count, place) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a minute is its place
            key={load.from + place * kMinute}
            title={s.bar(time(place), count)}
            className={place === index ? classes.ownBar : quiet?.index === place ? classes.quietBar : ''}
          >
            <i style={{ height: `${count === 0 ? 0 : Math.max(8, (count / most) * 100)}%` }} />
          </span>
        ))}
      </div>
      <div className={`${classes.axis} num soft`} aria-hidden="true">
        <span>{time(0)}</span>
        <b style={{ left: `${((index + 0.5) / load.counts.length) * 100}%` }}>{time(index)}</b>
        <span>{time(load.counts.length - 1)}</span>
      </div>
      <div className={classes.proposals}>
        <span>{own === 0 ? s.none(time(index)) : s.some(time(index), own, known)}</span>
        {quiet && better ? (
          <Button size="compact-sm" variant="default" onClick={() => set('job_cron_time', better)}>
            {s.use(String(quiet.minute).padStart(2, '0'), quiet.count)}
          </Button>
        ) : null}
      </div>
    </section>
  );
}
