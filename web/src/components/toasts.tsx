import { Button, CloseButton } from '@mantine/core';
import { useEffect, useSyncExternalStore } from 'react';
import { text, useText } from '../i18n';
import { adviceFor } from './advice';
import { Icon } from './icons';
import { ErrorDetails } from './States';
import classes from './toasts.module.css';

/// Short messages at the edge of the page: what was done, with undo where it exists, and what failed.
type Toast = {
  id: number;
  message: string;
  kind: 'done' | 'failed';
  error?: unknown;
  /// What was accepted but is probably not meant.
  warnings?: string[];
  /// Milliseconds until it disappears; failures stay until they are closed.
  life: number | null;
  undo?: (() => void) | undefined;
  onEnd?: (() => void) | undefined;
};

let toasts: Toast[] = [];
let next = 1;
const watchers = new Set<() => void>();

function set(value: Toast[]): void {
  toasts = value;
  for (const watcher of watchers) watcher();
}

function close(id: number, undone = false): void {
  const toast = toasts.find(each => each.id === id);
  set(toasts.filter(each => each.id !== id));
  if (toast && !undone) toast.onEnd?.();
}

export function toastDone(message: string): void {
  set([...toasts, { id: next++, message, kind: 'done', life: 4_000 }]);
}

/// What was done, with warnings of the server, which stay until they are closed.
export function toastWarned(message: string, warnings: string[]): void {
  set([...toasts, { id: next++, message, kind: 'done', warnings, life: null }]);
}

export function toastFailed(error: unknown, message: string = text().error.actionTitle): void {
  set([...toasts, { id: next++, message, kind: 'failed', error, life: null }]);
}

const kUndoTime = 8_000;

/// Announces an action that happens in eight seconds, unless it is undone. `act` runs at the end of that time, or when
/// the message is closed or the page is left.
export function toastUndoable(message: string, act: () => void, undo: () => void): void {
  let done = false;
  const finish = () => {
    if (done) return;
    done = true;
    window.removeEventListener('pagehide', finish);
    act();
  };
  window.addEventListener('pagehide', finish);
  set([
    ...toasts,
    {
      id: next++,
      message,
      kind: 'done',
      life: kUndoTime,
      onEnd: finish,
      undo: () => {
        done = true;
        window.removeEventListener('pagehide', finish);
        undo();
      },
    },
  ]);
}

function ToastCard({ toast }: { toast: Toast }) {
  const t = useText();
  useEffect(() => {
    if (toast.life === null) return;
    const timer = setTimeout(() => close(toast.id), toast.life);
    return () => clearTimeout(timer);
  }, [toast.id, toast.life]);
  return (
    <div
      className={`${classes.toast} ${classes[toast.kind]}`}
      role={toast.kind === 'failed' ? 'alert' : 'status'}
    >
      <span className={classes.icon}>
        <Icon name={toast.kind === 'done' ? 'check' : 'warning'} />
      </span>
      <div className={classes.text}>
        <div className={classes.message}>{toast.message}</div>
        {toast.warnings?.map(warning => (
          <div key={warning}>{warning}</div>
        ))}
        {toast.error ? (
          <>
            <div>{toast.error instanceof Error ? toast.error.message : null}</div>
            <div className="soft">{adviceFor(toast.error, t)}</div>
            <ErrorDetails error={toast.error} />
          </>
        ) : null}
      </div>
      {toast.undo ? (
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            toast.undo?.();
            close(toast.id, true);
          }}
        >
          {t.action.undo}
        </Button>
      ) : null}
      <CloseButton size="sm" aria-label={t.app.close} onClick={() => close(toast.id)} />
    </div>
  );
}

export function Toasts() {
  const all = useSyncExternalStore(
    watcher => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => toasts,
  );
  return (
    <div className={`${classes.stack} no-print`}>
      {all.map(toast => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}
