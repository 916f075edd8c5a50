import { useMemo } from 'react';
import { Icon } from '../../components/icons';
import { useText } from '../../i18n';
import { now } from '../../time/clock';
import { type ClockEffect, clockChanges, isFixed, localTime } from './clock_changes';
import { useEditor } from './context';
import { textAt } from './definition';
import form from './editor.module.css';
import { ChoiceField, FieldGrid } from './fields';
import { useClockEffects } from './queries';
import classes from './schedule.module.css';

/// What the changes between standard and daylight saving time in the next year mean for the schedule, and the policies
/// for the runs that they concern.
export function ClockChanges() {
  const t = useText();
  const s = t.editor.schedule.clock;
  const { state, preview } = useEditor();
  const data = preview.isError ? undefined : preview.data;
  const zone = data?.timezone;
  const changes = useMemo(
    () => (zone ? clockChanges(zone, Math.floor(now() / 86_400_000) * 86_400_000) : []),
    [zone],
  );
  const expression = textAt(state.draft, 'job_cron_time').trim();
  const fixed = isFixed(expression);
  const effects = useClockEffects(preview.input, changes, fixed && data !== undefined).data;
  const gap = textAt(state.draft, 'job_context.dst.gap');
  const overlap = textAt(state.draft, 'job_context.dst.overlap');
  if (!data || !zone || expression === '' || data.fields === 'instant') return null;
  const date = (at: number, offset: number) => localTime(at, offset).slice(0, 10);
  const sentence = ({ change, kind }: ClockEffect): string => {
    const day = date(change.at, change.after);
    const from = localTime(change.at, change.before).slice(11);
    const to = localTime(change.at, change.after).slice(11);
    if (kind === 'moved') return gap === 'skip' ? s.movedSkips(day, from, to) : s.movedRuns(day, from, to);
    return overlap === 'both' ? s.repeatedBoth(day, from, to) : s.repeatedFirst(day, from, to);
  };
  const quiet = (text: string) => (
    <p className={`${classes.clock} soft`}>
      <Icon name="clock" size={14} />
      <span>{text}</span>
    </p>
  );
  const policies = gap !== '' || overlap !== '';
  if (changes.length === 0 && !policies) return quiet(s.none(zone));
  if (!fixed && !policies) return quiet(s.realTime);
  if (fixed && !effects) return null;
  if (!effects?.length && !policies) {
    const dates = changes.map(change => date(change.at, change.after)).join(', ');
    return quiet(s.unaffected(zone, dates));
  }
  return (
    <section className={classes.load} aria-label={s.title}>
      <h3 className={form.small}>{s.title}</h3>
      {effects?.map(effect => (
        <p key={effect.change.at} className={classes.clockEffect}>
          <Icon name="clock" size={14} />
          <span>{sentence(effect)}</span>
        </p>
      ))}
      <FieldGrid>
        <ChoiceField
          path="job_context.dst.gap"
          label={s.gap}
          options={s.gaps}
          standard="run_after"
          help={false}
        />
        <ChoiceField
          path="job_context.dst.overlap"
          label={s.overlap}
          options={s.overlaps}
          standard="first"
          help={false}
        />
      </FieldGrid>
    </section>
  );
}
