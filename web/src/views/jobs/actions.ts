import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useState, useSyncExternalStore } from 'react';
import { toastDone, toastFailed, toastUndoable } from '../../components/toasts';
import { text } from '../../i18n';
import { deleteJobs, enableJobs, labelJobs, type Outcome, runJobs } from './bulk';

/// Jobs that are about to be deleted: hidden at once, deleted when the time to undo is over.
let hidden: ReadonlySet<string> = new Set();
const watchers = new Set<() => void>();

function setHidden(next: ReadonlySet<string>): void {
  hidden = next;
  for (const watcher of watchers) watcher();
}

export function useHidden(): ReadonlySet<string> {
  return useSyncExternalStore(
    watcher => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => hidden,
  );
}

function without(ids: string[]): ReadonlySet<string> {
  const gone = new Set(ids);
  return new Set([...hidden].filter(id => !gone.has(id)));
}

/// What can be done with jobs of the list. Each action reports its end in a message; `progress` is the text of the one
/// that is under way.
export function useJobActions() {
  const client = useQueryClient();
  const [progress, setProgress] = useState<string | null>(null);

  const report = useCallback(
    async (
      all: number,
      action: (progress: (done: number) => void) => Promise<Outcome>,
      done: (count: number) => string,
    ) => {
      const words = text().jobs.bulk;
      setProgress(words.progress(0, all));
      const outcome = await action(count => setProgress(words.progress(count, all)));
      setProgress(null);
      if (outcome.done > 0) toastDone(done(outcome.done));
      if (outcome.failed > 0) toastFailed(outcome.error, words.failed(outcome.failed, all));
      await client.invalidateQueries({ queryKey: ['jobs'] });
    },
    [client],
  );

  const enable = useCallback(
    (ids: string[], value: boolean) => {
      const words = text().jobs.bulk;
      return report(
        ids.length,
        progress => enableJobs(ids, value, progress),
        value ? words.enabled : words.disabled,
      );
    },
    [report],
  );

  const run = useCallback(
    (ids: string[]) => report(ids.length, progress => runJobs(ids, progress), text().jobs.bulk.started),
    [report],
  );

  const label = useCallback(
    (ids: string[], name: string, value: string) =>
      report(ids.length, progress => labelJobs(ids, name, value, progress), text().jobs.bulk.labelled),
    [report],
  );

  const remove = useCallback(
    (ids: string[]) => {
      setHidden(new Set([...hidden, ...ids]));
      const act = async () => {
        const outcome = await deleteJobs(ids);
        if (outcome.failed > 0)
          toastFailed(outcome.error, text().jobs.bulk.failed(outcome.failed, ids.length));
        await client.invalidateQueries({ queryKey: ['jobs'] });
        setHidden(without(ids));
      };
      toastUndoable(text().jobs.bulk.deleted(ids.length), act, () => setHidden(without(ids)));
    },
    [client],
  );

  return { enable, run, label, remove, progress, setProgress };
}
