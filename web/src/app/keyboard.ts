import { useEffect, useRef, useSyncExternalStore } from 'react';

/// Keyboard shortcuts: one listener, and a registry that the help shows. `keys` is one key ('?'), or two in sequence
/// ('g j'). Shortcuts are silent while the focus is in a field or a dialog is open.
export type Shortcut = { keys: string; label: string; group: 'everywhere' | 'here' };

type Entry = Shortcut & { run: () => void };

let entries: Entry[] = [];
const watchers = new Set<() => void>();
let first = '';
let since = 0;

function notify(): void {
  for (const watcher of watchers) watcher();
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function handle(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || document.querySelector('[role=dialog]')) return;
  const pair = first && event.timeStamp - since < 1_200 ? `${first} ${event.key}` : '';
  const found =
    entries.findLast(entry => entry.keys === pair) ?? entries.findLast(entry => entry.keys === event.key);
  first = found ? '' : event.key;
  since = event.timeStamp;
  if (!found) return;
  event.preventDefault();
  found.run();
}

if (typeof document !== 'undefined') document.addEventListener('keydown', handle);

/// Registers a shortcut while the component is mounted. An empty label is not listed in the help.
export function useShortcut(
  keys: string,
  label: string,
  run: () => void,
  group: Shortcut['group'] = 'here',
): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    const entry: Entry = { keys, label, group, run: () => latest.current() };
    entries = [...entries, entry];
    notify();
    return () => {
      entries = entries.filter(each => each !== entry);
      notify();
    };
  }, [keys, label, group]);
}

export function useShortcuts(): Shortcut[] {
  return useSyncExternalStore(
    watcher => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => entries,
  );
}
