import { Button, CloseButton, Popover, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useShortcut } from '../../app/keyboard';
import { FilterMenu } from '../../components/FilterMenu';
import filterClasses from '../../components/FilterMenu.module.css';
import { Icon } from '../../components/icons';
import { useText } from '../../i18n';
import { now } from '../../time/clock';
import { absolute, toMillis } from '../../time/format';
import { useZone } from '../../time/zone';
import { instantOf } from '../job/axis';
import classes from './executions.module.css';
import { instant } from './queries';
import { type ExecutionsSearch, states, triggers } from './search';

/// Filters of the list, all of them in the address.
export function Filters() {
  const t = useText();
  const words = t.executions.filters;
  const zone = useZone();
  const search = useSearch({ from: '/executions' });
  const navigate = useNavigate({ from: '/executions' });
  const change = (part: Partial<ExecutionsSearch>) =>
    void navigate({ search: before => ({ ...before, ...part }), replace: true, resetScroll: false });
  const short = (at: string | undefined) => {
    const millis = toMillis(at);
    return millis === null ? '' : absolute(millis, zone, millis % 60_000 !== 0);
  };
  return (
    <div className={`${classes.toolbar} no-print`} role="search">
      <NameField value={search.name ?? ''} onSubmit={name => change({ name: name || undefined })} />
      <FilterMenu
        label={words.state}
        value={search.state}
        any={words.any}
        options={states.map(value => ({ value, label: t.state[value] }))}
        onChange={state => change({ state })}
      />
      <FilterMenu
        label={words.trigger}
        value={search.trigger}
        any={words.any}
        options={triggers.map(value => ({ value, label: t.executions.trigger[value] }))}
        onChange={trigger => change({ trigger })}
      />
      {search.from || search.to ? (
        <Chip
          label={words.between(short(search.from), short(search.to))}
          remove={words.removeTime}
          onRemove={() => change({ from: undefined, to: undefined })}
        />
      ) : (
        <TimeFilter zone={zone} onChange={change} />
      )}
      {search.job ? (
        <Chip
          label={words.job(search.job.slice(0, 8))}
          remove={words.removeJob}
          onRemove={() => change({ job: undefined })}
        />
      ) : null}
      {Object.keys(search).length > 0 ? (
        <button
          type="button"
          className={classes.textButton}
          onClick={() => navigate({ search: {}, replace: true })}
        >
          {words.clear}
        </button>
      ) : null}
    </div>
  );
}

function Chip({ label, remove, onRemove }: { label: string; remove: string; onRemove: () => void }) {
  return (
    <span className={`${classes.chip} num`}>
      {label}
      <CloseButton size="xs" aria-label={remove} onClick={onRemove} />
    </span>
  );
}

/// The name is sent by Enter or when the field is left: the API compares whole names.
function NameField({ value, onSubmit }: { value: string; onSubmit: (name: string) => void }) {
  const t = useText();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useShortcut('/', t.keyboard.search, () => field.current?.focus());
  const send = (next: string) => {
    if (next.trim() !== value) onSubmit(next.trim());
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(typed);
  };
  return (
    <form onSubmit={submit} className={classes.nameField}>
      <TextInput
        ref={field}
        type="search"
        aria-label={t.executions.filters.name}
        placeholder={t.executions.filters.name}
        value={typed}
        maxLength={64}
        leftSection={<Icon name="search" />}
        onChange={event => setTyped(event.currentTarget.value)}
        onBlur={() => send(typed)}
        rightSection={
          typed ? (
            <CloseButton
              size="sm"
              aria-label={t.action.clear}
              onClick={() => {
                setTyped('');
                send('');
              }}
            />
          ) : null
        }
      />
    </form>
  );
}

const lasts = [
  ['hour', 3_600_000],
  ['day', 86_400_000],
  ['week', 604_800_000],
] as const;

/// Since an hour, a day or a week ago, or two instants in the zone of the page.
function TimeFilter({
  zone,
  onChange,
}: {
  zone: string;
  onChange: (part: Partial<ExecutionsSearch>) => void;
}) {
  const t = useText();
  const words = t.executions.filters;
  const [open, setOpen] = useState(false);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const read = (local: string) => {
    const found = instantOf(local, zone);
    return found === null ? undefined : instant(found);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setOpen(false);
    onChange({ from: read(from), to: read(to) });
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" shadow="md" trapFocus withRoles>
      <Popover.Target>
        <button type="button" className={filterClasses.button} onClick={() => setOpen(!open)}>
          {words.time}
          <Icon name="down" size={12} />
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={words.time}>
        <div className={classes.lasts}>
          {lasts.map(([name, length]) => (
            <Button
              key={name}
              size="xs"
              variant="default"
              onClick={() => {
                setOpen(false);
                onChange({ from: instant(Math.floor((now() - length) / 60_000) * 60_000), to: undefined });
              }}
            >
              {words.last[name]}
            </Button>
          ))}
        </div>
        <form onSubmit={submit} className={classes.times}>
          <TextInput
            type="datetime-local"
            step={1}
            label={words.from(zone)}
            value={from}
            onChange={event => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="datetime-local"
            step={1}
            label={words.to(zone)}
            value={to}
            onChange={event => setTo(event.currentTarget.value)}
          />
          <Button type="submit">{words.apply}</Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
