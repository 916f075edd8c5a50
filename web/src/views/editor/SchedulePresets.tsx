import { useText } from '../../i18n';
import { useEditor } from './context';
import { textAt } from './definition';
import classes from './schedule.module.css';

const kPresets = {
  every5: '*/5 * * * *',
  hourly: '0 * * * *',
  daily: '0 9 * * *',
  nightly: 'H H(0-4) * * *',
  weekdays: '0 9 * * 1-5',
  weekly: '0 9 * * MON',
  monthly: '0 9 L * *',
} as const;

/// Common schedules, one press each.
export function SchedulePresets() {
  const t = useText();
  const { state, set } = useEditor();
  const current = textAt(state.draft, 'job_cron_time').trim();
  return (
    <fieldset className={classes.presets} aria-label={t.editor.schedule.presets}>
      {Object.entries(kPresets).map(([name, expression]) => (
        <button
          key={name}
          type="button"
          className={classes.preset}
          aria-pressed={current === expression}
          title={expression}
          onClick={() => set('job_cron_time', expression)}
        >
          {t.editor.schedule.presetNames[name as keyof typeof kPresets]}
        </button>
      ))}
    </fieldset>
  );
}
