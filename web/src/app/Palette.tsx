import { Modal } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { api, callPage } from '../api/client';
import { keys } from '../api/keys';
import { Icon, type IconName } from '../components/icons';
import { useText } from '../i18n';
import classes from './Palette.module.css';
import { type Command, matches, ranked, useCommands, useJobCommands } from './palette_commands';
import { takeKeys } from './typed_ahead';

/// Search and commands (Ctrl+K, ⌘K): jump to a job or a view, run a job, pause, change language, zone and theme.
/// An input with a list box; the focus stays in the input (ARIA combobox pattern).
export function Palette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const t = useText();
  const id = useId();
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const { jobs, searching } = useJobSearch(typed);
  const found = useJobCommands(jobs);
  const commands = useCommands(onHelp).filter(command =>
    matches(`${command.label} ${command.also ?? ''}`, typed),
  );
  const groups = [
    { title: t.palette.jobs, items: found.open },
    { title: t.palette.commands, items: [...found.run, ...commands] },
  ].filter(group => group.items.length > 0);
  const all = groups.flatMap(group => group.items);
  const current = all[Math.min(active, all.length - 1)];

  const choose = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  function onKeyDown(event: KeyboardEvent) {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = moves[event.key];
    if (step !== undefined && all.length > 0) {
      event.preventDefault();
      setActive(before => (Math.min(before, all.length - 1) + step + all.length) % all.length);
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      choose(current);
    }
  }

  return (
    <Modal.Root opened onClose={onClose} size={560} yOffset="12vh">
      <Modal.Overlay />
      <Modal.Content aria-label={t.palette.title}>
        <Modal.Body p={0}>
          <div className={classes.field}>
            <Icon name="search" />
            <input
              role="combobox"
              aria-expanded="true"
              aria-controls={`${id}-list`}
              aria-activedescendant={current ? `${id}-${current.id}` : undefined}
              aria-label={t.palette.placeholder}
              aria-autocomplete="list"
              placeholder={t.palette.placeholder}
              value={typed}
              data-autofocus
              spellCheck={false}
              onFocus={() => setTyped(before => before + takeKeys())}
              onChange={event => {
                setTyped(event.target.value);
                setActive(0);
              }}
              onKeyDown={onKeyDown}
            />
          </div>
          <div id={`${id}-list`} role="listbox" aria-label={t.palette.title} className={classes.list}>
            {groups.map(group => (
              <div key={group.title} role="group" aria-label={group.title}>
                <div className={classes.group} aria-hidden="true">
                  {group.title}
                </div>
                {group.items.map(command => (
                  <Option
                    key={command.id}
                    id={`${id}-${command.id}`}
                    command={command}
                    active={command === current}
                    onChoose={() => choose(command)}
                    onHover={() => setActive(all.indexOf(command))}
                  />
                ))}
              </div>
            ))}
          </div>
          {all.length === 0 ? (
            <p className={classes.empty}>{searching ? t.palette.searching : t.palette.empty(typed)}</p>
          ) : null}
          <div className={classes.hint} aria-hidden="true">
            {t.palette.hint}
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Option({
  id,
  command,
  active,
  onChoose,
  onHover,
}: {
  id: string;
  command: Command;
  active: boolean;
  onChoose: () => void;
  onHover: () => void;
}) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the input handles the keys of its options
    <div
      ref={ref}
      id={id}
      role="option"
      aria-selected={active}
      className={classes.option}
      onClick={onChoose}
      onPointerMove={onHover}
    >
      <Icon name={command.icon as IconName} />
      <span className="truncate">{command.label}</span>
      {command.hint ? <span className={`${classes.optionHint} truncate`}>{command.hint}</span> : null}
    </div>
  );
}

const kShown = 6;
/// Read, of which the best by name are shown.
const kRead = 50;

/// Names are complete in one request. What else a job contains is examined in parts, and only if no name matches.
type Part = { by: 'name_contains' | 'search'; after?: string };

/// The newest jobs whose name contains the text, or, if there are none, those that match it by something else: what a
/// request finds is shown, and the rest is read until there are kShown.
function useJobSearch(typed: string) {
  const [text] = useDebouncedValue(typed.trim(), 120);
  const query = useInfiniteQuery({
    queryKey: keys.jobs.list({ palette: text }),
    queryFn: ({ pageParam: { by, after }, signal }) => {
      const params = { query: { [by]: text, limit: kRead, after } };
      return callPage(api.GET('/job', { params, signal }));
    },
    initialPageParam: { by: 'name_contains' } as Part,
    getNextPageParam: (page, pages, { by }): Part | undefined => {
      if (page.after) return { by, after: page.after };
      const none = pages.every(each => each.rows.length === 0);
      return by === 'name_contains' && none ? { by: 'search' } : undefined;
    },
    enabled: text !== '',
    placeholderData: keepPreviousData,
  });
  const found = (query.data?.pages ?? []).flatMap(page => page.rows);
  const jobs = ranked(found, text).slice(0, kShown);
  const { hasNextPage, isPlaceholderData, isFetching, isError, fetchNextPage } = query;
  const incomplete = text !== '' && !isPlaceholderData && hasNextPage && found.length < kShown;
  useEffect(() => {
    if (incomplete && !isFetching && !isError) void fetchNextPage();
  }, [incomplete, isFetching, isError, fetchNextPage]);
  return {
    jobs: text === '' ? [] : jobs,
    searching: isFetching || (incomplete && !isError) || text !== typed.trim(),
  };
}
