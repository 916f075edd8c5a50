import { Button, Select, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { useShortcut } from '../../app/keyboard';
import { Icon } from '../../components/icons';
import { Page } from '../../components/Page';
import { EmptyState, ErrorState } from '../../components/States';
import { useText } from '../../i18n';
import { absolute, toMillis } from '../../time/format';
import { useZone } from '../../time/zone';
import { instantOf } from '../job/axis';
import { ExecutionTable, MoreRows } from './ExecutionTable';
import classes from './executions.module.css';
import { instant, useExecutions } from './queries';
import { type ExecutionsSearch, states, triggers } from './search';

/// Executions of all jobs, newest first. What is filtered is in the address.
export function ExecutionsView() {
  const t = useText();
  const search = useSearch({ from: '/executions' });
  const executions = useExecutions(search);
  const rows = executions.data?.pages.flatMap(page => page.rows);
  const filtered = Object.keys(search).length > 0;
  const words = t.execution.list;
  return (
    <Page title={words.title}>
      <section className="panel" aria-label={words.title}>
        <Filters />
        {rows === undefined && executions.error ? (
          <ErrorState error={executions.error} onRetry={() => executions.refetch()} />
        ) : rows && rows.length === 0 && !executions.hasNextPage ? (
          <Nothing filtered={filtered} />
        ) : (
          <>
            <ExecutionTable rows={rows} label={words.label} withJob />
            {rows ? <MoreRows query={executions} count={rows.length} /> : null}
          </>
        )}
      </section>
    </Page>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  const t = useText();
  const navigate = useNavigate({ from: '/executions' });
  const words = t.execution.list;
  if (!filtered)
    return (
      <EmptyState icon="executions" title={words.emptyTitle}>
        {words.empty}
      </EmptyState>
    );
  return (
    <EmptyState
      icon="filter"
      title={words.noneTitle}
      actions={
        <Button variant="default" onClick={() => void navigate({ search: {} })}>
          {words.clear}
        </Button>
      }
    >
      {words.none}
    </EmptyState>
  );
}

function Filters() {
  const t = useText();
  const zone = useZone();
  const search = useSearch({ from: '/executions' });
  const navigate = useNavigate({ from: '/executions' });
  const words = t.execution.list;
  const set = (change: Partial<Record<keyof ExecutionsSearch, string | null | undefined>>) =>
    void navigate({
      search: before => ({ ...before, ...change }) as ExecutionsSearch,
      replace: true,
      resetScroll: false,
    });
  return (
    <div className={`${classes.filters} no-print`}>
      <Select
        className={classes.field ?? ''}
        label={words.state}
        placeholder={words.any}
        clearable
        clearButtonProps={{ 'aria-label': t.action.clear }}
        value={search.state ?? null}
        onChange={state => set({ state })}
        data={states.map(value => ({ value, label: t.state[value] }))}
      />
      <Select
        className={classes.field ?? ''}
        label={words.trigger}
        placeholder={words.any}
        clearable
        clearButtonProps={{ 'aria-label': t.action.clear }}
        value={search.trigger ?? null}
        onChange={trigger => set({ trigger })}
        data={triggers.map(value => ({ value, label: t.execution.trigger[value] }))}
      />
      <NameField value={search.name ?? ''} onSubmit={name => set({ name })} />
      <TimeField label={words.from} value={search.from} zone={zone} onChange={from => set({ from })} />
      <TimeField label={words.to} value={search.to} zone={zone} onChange={to => set({ to })} />
      {search.job ? (
        <Button
          variant="light"
          rightSection={<Icon name="close" size={12} />}
          aria-label={`${t.action.clear}: ${words.job(search.job)}`}
          onClick={() => set({ job: undefined })}
        >
          {words.job(search.job.slice(0, 8))}
        </Button>
      ) : null}
      {Object.keys(search).length > 0 ? (
        <Button variant="subtle" onClick={() => void navigate({ search: {}, replace: true })}>
          {words.clear}
        </Button>
      ) : null}
    </div>
  );
}

/// The name is sent by Enter or when the field is left: the API compares whole names.
function NameField({ value, onSubmit }: { value: string; onSubmit: (name: string) => void }) {
  const t = useText();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useShortcut('/', t.keyboard.search, () => document.getElementById('execution-name')?.focus());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit(text.trim());
  };
  return (
    <form onSubmit={submit} className={classes.nameField}>
      <TextInput
        id="execution-name"
        label={t.execution.list.name}
        placeholder={t.execution.list.nameHelp}
        value={text}
        leftSection={<Icon name="search" />}
        onChange={event => setText(event.currentTarget.value)}
        onBlur={() => text.trim() !== value && onSubmit(text.trim())}
      />
    </form>
  );
}

function TimeField({
  label,
  value,
  zone,
  onChange,
}: {
  label: string;
  value: string | undefined;
  zone: string;
  onChange: (value: string | undefined) => void;
}) {
  const t = useText();
  const millis = toMillis(value);
  return (
    <TextInput
      className={classes.timeField ?? ''}
      type="datetime-local"
      step={1}
      label={`${label} (${t.execution.list.inZone(zone)})`}
      value={millis === null ? '' : absolute(millis, zone).replace(' ', 'T')}
      onChange={event => {
        const found = instantOf(event.currentTarget.value, zone);
        onChange(found === null ? undefined : instant(found));
      }}
    />
  );
}
