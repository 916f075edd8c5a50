import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useShortcut } from '../../app/keyboard';
import { useCan } from '../../auth/permissions';
import { useSession } from '../../auth/session';
import { FilterMenu } from '../../components/FilterMenu';
import { Icon } from '../../components/icons';
import { useText } from '../../i18n';
import classes from './jobs.module.css';
import { type JobsSearch, modes, sorts, states, types } from './search';

type Props = { search: JobsSearch; change: (part: Partial<JobsSearch>) => void; clear: () => void };

/// Search, filters and order, all of them in the address.
export function Toolbar({ search, change, clear }: Props) {
  const t = useText();
  const words = t.jobs.filters;
  const signedIn = useSession().token !== null;
  // Without authentication there is one tenant.
  const manyTenants = useCan('admin') && signedIn;
  const filtered = Object.keys(search).some(key => key !== 'sort' && key !== 'tenant');
  return (
    <div className={`${classes.toolbar} no-print`} role="search">
      <SearchField value={search.search ?? ''} onChange={text => change({ search: text || undefined })} />
      <FilterMenu
        label={words.state}
        value={search.state}
        any={words.any}
        options={states.map(value => ({ value, label: t.state[value] }))}
        onChange={state => change({ state })}
      />
      <FilterMenu
        label={words.enabled}
        value={search.enabled}
        any={words.any}
        options={[
          { value: 'true', label: words.yes },
          { value: 'false', label: words.no },
        ]}
        onChange={enabled => change({ enabled })}
      />
      <FilterMenu
        label={words.mode}
        value={search.mode}
        any={words.any}
        options={modes.map(value => ({ value, label: t.mode[value] }))}
        onChange={mode => change({ mode })}
      />
      <FilterMenu
        label={words.type}
        value={search.type}
        any={words.any}
        options={types.map(value => ({ value, label: t.jobType[value] }))}
        onChange={type => change({ type })}
      />
      {(search.label ?? []).map(label => (
        <span key={label} className={classes.chip}>
          {words.label(label)}
          <CloseButton
            size="xs"
            aria-label={words.removeLabel(label)}
            onClick={() => change({ label: search.label?.filter(each => each !== label) })}
          />
        </span>
      ))}
      {manyTenants ? <TenantField search={search} change={change} /> : null}
      {filtered ? (
        <button type="button" className={classes.link} onClick={clear}>
          {words.clear}
        </button>
      ) : null}
      <span className={classes.grow} />
      <FilterMenu
        label={words.sort}
        value={search.sort ?? '-created'}
        options={sorts.map(value => ({ value, label: words.sorts[value] }))}
        onChange={sort => change({ sort: sort === '-created' ? undefined : sort })}
        align="end"
      />
    </div>
  );
}

/// The field follows the address, and the address follows the field a moment after the last key.
function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useText();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  const send = useDebouncedCallback((next: string) => {
    sent.current = next;
    onChange(next);
  }, 200);
  useEffect(() => {
    if (value !== sent.current) setTyped(value);
    sent.current = value;
  }, [value]);
  useShortcut('/', t.keyboard.search, () => field.current?.focus());
  const update = (next: string) => {
    setTyped(next);
    send(next);
  };
  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') {
      if (typed) update('');
      else field.current?.blur();
    } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
      event.preventDefault();
      field.current?.blur();
      document.querySelector<HTMLElement>('[data-job]')?.focus();
    }
  }
  return (
    <TextInput
      ref={field}
      className={classes.search}
      size="sm"
      type="search"
      aria-label={t.jobs.search}
      placeholder={t.jobs.search}
      leftSection={<Icon name="search" />}
      value={typed}
      maxLength={256}
      onChange={event => update(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      rightSection={
        typed ? <CloseButton size="sm" aria-label={t.action.clear} onClick={() => update('')} /> : null
      }
    />
  );
}

function TenantField({ search, change }: { search: JobsSearch; change: Props['change'] }) {
  const t = useText();
  const [typed, setTyped] = useState(search.tenant ?? '');
  return (
    <TextInput
      size="sm"
      className={classes.tenant}
      aria-label={t.jobs.filters.tenantHelp}
      placeholder={t.jobs.filters.tenant}
      title={t.jobs.filters.tenantHelp}
      value={typed}
      onChange={event => setTyped(event.currentTarget.value)}
      onBlur={() => change({ tenant: typed.trim() || undefined })}
      onKeyDown={event => event.key === 'Enter' && change({ tenant: typed.trim() || undefined })}
    />
  );
}
