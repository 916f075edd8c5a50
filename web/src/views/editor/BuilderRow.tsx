import { NativeSelect, TextInput } from '@mantine/core';
import { useText } from '../../i18n';
import {
  type Builder,
  type BuilderKind,
  changeKind,
  fromExpression,
  kHourSteps,
  kMinuteSteps,
  kMonthDays,
  secondsText,
  toExpression,
} from './builder';
import { useEditor } from './context';
import { textAt } from './definition';
import { parseDuration } from './duration';
import classes from './schedule.module.css';

const kKinds: BuilderKind[] = ['minutes', 'hours', 'daily', 'weekdays', 'weekly', 'monthly', 'interval'];

/// The builder: a sentence of choices that writes the expression, and reads it while it is written by hand.
export function BuilderRow() {
  const t = useText();
  const s = t.editor.schedule;
  const { state, set } = useEditor();
  const expression = textAt(state.draft, 'job_cron_time');
  const builder = fromExpression(expression);
  const write = (next: Builder) => set('job_cron_time', toExpression(next));
  const kind = builder?.kind ?? (expression.trim() === '' ? 'none' : 'custom');
  const options = kKinds.map(value => ({ value, label: s.kinds[value] }));
  return (
    <div className={classes.builder}>
      <NativeSelect
        label={s.repeat}
        value={kind}
        data={builder ? options : [{ value: kind, label: s.kinds[kind] }, ...options]}
        onChange={event => {
          const next = kKinds.find(each => each === event.currentTarget.value);
          if (next) write(changeKind(next, builder));
        }}
      />
      {builder ? <Details builder={builder} write={write} /> : null}
    </div>
  );
}

function Details({ builder, write }: { builder: Builder; write: (next: Builder) => void }) {
  const t = useText();
  const s = t.editor.schedule;
  switch (builder.kind) {
    case 'minutes':
      return (
        <NativeSelect
          label={s.every}
          value={builder.step}
          data={kMinuteSteps.map(step => ({ value: String(step), label: s.minutesValue(step) }))}
          onChange={event => write({ kind: 'minutes', step: Number(event.currentTarget.value) })}
        />
      );
    case 'hours':
      return (
        <>
          <NativeSelect
            label={s.every}
            value={builder.step}
            data={kHourSteps.map(step => ({ value: String(step), label: s.hoursValue(step) }))}
            onChange={event => write({ ...builder, step: Number(event.currentTarget.value) })}
          />
          <NativeSelect
            label={s.atMinute}
            value={builder.minute}
            data={Array.from({ length: 60 }, (_, minute) => ({
              value: String(minute),
              label: String(minute).padStart(2, '0'),
            }))}
            onChange={event => write({ ...builder, minute: Number(event.currentTarget.value) })}
          />
        </>
      );
    case 'interval':
      return <Interval seconds={builder.seconds} write={write} />;
    default:
      return (
        <>
          {builder.kind === 'weekly' ? <Days builder={builder} write={write} /> : null}
          {builder.kind === 'monthly' ? (
            <NativeSelect
              label={s.dayOfMonth}
              value={builder.day}
              data={kMonthDays.map(day => ({ value: day, label: s.monthDay(day) }))}
              onChange={event => write({ ...builder, day: event.currentTarget.value })}
            />
          ) : null}
          <Time builder={builder} write={write} />
        </>
      );
  }
}

const two = (value: number): string => String(value).padStart(2, '0');

function Time({
  builder,
  write,
}: {
  builder: Extract<Builder, { hour: number }>;
  write: (next: Builder) => void;
}) {
  const t = useText();
  return (
    <TextInput
      type="time"
      label={t.editor.schedule.at}
      value={`${two(builder.hour)}:${two(builder.minute)}`}
      onChange={event => {
        const [hour, minute] = event.currentTarget.value.split(':').map(Number);
        if (hour !== undefined && minute !== undefined && !Number.isNaN(hour + minute))
          write({ ...builder, hour, minute });
      }}
    />
  );
}

function Days({
  builder,
  write,
}: {
  builder: Extract<Builder, { kind: 'weekly' }>;
  write: (next: Builder) => void;
}) {
  const t = useText();
  const s = t.editor.schedule;
  return (
    <fieldset className={classes.days}>
      <legend>{s.onDays}</legend>
      {[1, 2, 3, 4, 5, 6, 0].map(day => {
        const pressed = builder.days.includes(day);
        return (
          <button
            key={day}
            type="button"
            className={classes.day}
            aria-label={s.days[day]}
            aria-pressed={pressed}
            onClick={() => {
              const days = pressed ? builder.days.filter(each => each !== day) : [...builder.days, day];
              // A week without a day is no schedule: the last day stays.
              if (days.length > 0) write({ ...builder, days: days.sort((a, b) => a - b) });
            }}
          >
            {s.shortDays[day]}
          </button>
        );
      })}
    </fieldset>
  );
}

function Interval({ seconds, write }: { seconds: number; write: (next: Builder) => void }) {
  const t = useText();
  return (
    <TextInput
      key={seconds}
      label={t.editor.schedule.intervalSeconds}
      defaultValue={secondsText(seconds)}
      onBlur={event => {
        const millis = parseDuration(event.currentTarget.value);
        if (millis && millis >= 1_000) write({ kind: 'interval', seconds: Math.round(millis / 1_000) });
        else event.currentTarget.value = secondsText(seconds);
      }}
    />
  );
}
