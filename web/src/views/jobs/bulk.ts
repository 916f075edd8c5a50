import { api, call } from '../../api/client';

/// Actions on many jobs. Requests that take several ids are sent in parts, because the path counts towards the server's
/// header_limit; each part is all or none. Requests for one job run a few at a time.
export const kPart = 200;
export const kRunLimit = 200;
const kParallel = 4;

export type Outcome = { done: number; failed: number; error: unknown };
type Progress = (done: number) => void;

export function parts<Item>(items: Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/// Runs `act` for each item, at most `parallel` at a time, and counts. The first error is kept.
export async function runAll<Item>(
  items: Item[],
  weight: (item: Item) => number,
  act: (item: Item) => Promise<unknown>,
  progress: Progress = () => {},
  parallel = kParallel,
): Promise<Outcome> {
  const outcome: Outcome = { done: 0, failed: 0, error: null };
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await act(item);
        outcome.done += weight(item);
      } catch (error) {
        outcome.failed += weight(item);
        outcome.error ??= error;
      }
      progress(outcome.done + outcome.failed);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return outcome;
}

const path = (ids: string[]) => ({ path: { job_id: ids.join(',') } });

export function enableJobs(ids: string[], enable: boolean, progress?: Progress): Promise<Outcome> {
  const act = (part: string[]) =>
    call(api.PUT('/job/{job_id}/enable', { params: path(part), body: { enable } }));
  return runAll(parts(ids, kPart), part => part.length, act, progress, 1);
}

export function deleteJobs(ids: string[]): Promise<Outcome> {
  const act = (part: string[]) => call(api.DELETE('/job/{job_id}', { params: path(part), keepalive: true }));
  return runAll(parts(ids, kPart), part => part.length, act, undefined, 1);
}

export function runJobs(ids: string[], progress?: Progress): Promise<Outcome> {
  const act = (id: string) => call(api.POST('/jobexecution', { body: { job_id: id } }));
  return runAll(ids, () => 1, act, progress);
}

/// Sets a label of jobs, or removes it if the value is empty.
export function labelJobs(ids: string[], name: string, value: string, progress?: Progress): Promise<Outcome> {
  const act = (id: string) =>
    call(
      api.PATCH('/job/{job_id}', {
        params: path([id]),
        body: { job_context: { labels: { [name]: value === '' ? null : value } } },
        headers: { 'Content-Type': 'application/merge-patch+json' },
      }),
    );
  return runAll(ids, () => 1, act, progress);
}
