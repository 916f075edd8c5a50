import { Autocomplete, SegmentedControl, TextInput } from '@mantine/core';
import { Section } from '../../components/Page';
import { useText } from '../../i18n';
import { browserZone } from '../../time/zone';
import { BuilderRow } from './BuilderRow';
import { ClockChanges } from './ClockChanges';
import { localInput, zonedInstant } from './clock_changes';
import { useEditor } from './context';
import { Disclosure } from './Disclosure';
import { setAt, textAt } from './definition';
import { Expression } from './Expression';
import form from './editor.module.css';
import { ChoiceField, FieldGrid, TextField } from './fields';
import { LoadChart } from './LoadChart';
import { NextRuns } from './NextRuns';
import { SchedulePresets } from './SchedulePresets';
import classes from './schedule.module.css';

const kTypes = ['scheduled', 'timed', 'real-time'] as const;
const kZones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter(zone => zone !== 'UTC')];

/// When the job runs: type, builder, expression and zone, and below them what the server makes of it.
export function Schedule() {
  const t = useText();
  const s = t.editor.schedule;
  const { state, set } = useEditor();
  const type = kTypes.find(each => each === textAt(state.draft, 'job_type')) ?? 'scheduled';
  return (
    <Section title={t.editor.sections.schedule}>
      <div className={form.body}>
        <div>
          <SegmentedControl
            id="job_type"
            className={form.segments ?? ''}
            aria-label={s.type}
            value={type}
            onChange={value => set('job_type', value)}
            data={kTypes.map(value => ({ value, label: s.types[value] }))}
          />
          <p className={`${form.under} soft`}>{s.typeHelp[type]}</p>
        </div>
        {type === 'timed' ? (
          <Instant />
        ) : (
          <>
            <SchedulePresets />
            <BuilderRow />
          </>
        )}
        <div className={classes.expressionRow}>
          <Expression optional={type === 'real-time'} instant={type === 'timed'} />
          <Zone />
        </div>
        <NextRuns />
        <LoadChart />
        <ClockChanges />
        <Disclosure
          label={s.window}
          paths={['begin_at', 'end_at', 'jitter', 'dialect'].map(name => `job_context.${name}`)}
        >
          <FieldGrid>
            <TextField path="job_context.begin_at" label={s.beginAt} mono />
            <TextField path="job_context.end_at" label={s.endAt} mono />
            <TextField path="job_context.jitter" label={s.jitter} standard="0 s" />
            <ChoiceField path="job_context.dialect" label={s.dialect} options={s.dialects} standard="cron" />
          </FieldGrid>
        </Disclosure>
      </div>
    </Section>
  );
}

/// The instant of a one-shot as a date and a time in the job's zone; the expression shows it as RFC 3339.
function Instant() {
  const t = useText();
  const { state, dispatch } = useEditor();
  const zone = textAt(state.draft, 'job_context.timezone') || 'UTC';
  return (
    <TextInput
      type="datetime-local"
      step={1}
      className={classes.instant ?? ''}
      label={t.editor.schedule.instant}
      description={zone}
      inputWrapperOrder={['label', 'input', 'error', 'description']}
      value={localInput(textAt(state.draft, 'job_cron_time'), zone)}
      onChange={event => {
        const instant = zonedInstant(event.currentTarget.value, zone);
        if (instant) dispatch({ type: 'replace', draft: setAt(state.draft, 'job_cron_time', instant) });
      }}
    />
  );
}

function Zone() {
  const t = useText();
  const { state, dispatch, set, errorAt, preview } = useEditor();
  const path = 'job_context.timezone';
  const standard = preview.data && !textAt(state.draft, path) ? preview.data.timezone : 'UTC';
  const here = browserZone();
  return (
    <Autocomplete
      id={path}
      label={t.editor.schedule.zone}
      placeholder={t.editor.schedule.zoneDefault(standard)}
      data={[...new Set([here, ...kZones])]}
      limit={60}
      maxDropdownHeight={280}
      value={textAt(state.draft, path)}
      error={errorAt(path)}
      comboboxProps={{ transitionProps: { duration: 0 } }}
      onChange={value => set(path, value.trim())}
      onBlur={() => dispatch({ type: 'touch', path })}
    />
  );
}
