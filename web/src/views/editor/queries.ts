import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, call, inTurn, type Schemas } from '../../api/client';
import { keys } from '../../api/keys';
import { useLanguage } from '../../i18n';
import { now } from '../../time/clock';
import { type ClockChange, type ClockEffect, effectOf } from './clock_changes';
import { type Definition, getAt, isObject, textAt } from './definition';

export const kMinute = 60_000;
const kShown = 10;

/// RFC 3339 in whole seconds, as the API's parameters expect it.
function instant(millis: number): string {
  return new Date(millis).toISOString().replace(/\.\d+Z/, 'Z');
}

export function useJob(id: string | undefined) {
  return useQuery({
    queryKey: keys.job(id ?? ''),
    queryFn: ({ signal }) =>
      call(api.GET('/job/{job_id}', { params: { path: { job_id: id ?? '' } }, signal })),
    enabled: id !== undefined,
  });
}

type PreviewInput = Schemas['PreviewInput'];

/// The members of a definition that determine its occurrences.
export function previewInput(definition: Definition, jobId: string | null): PreviewInput {
  const context = getAt(definition, 'job_context');
  const members = ['timezone', 'dialect', 'dst', 'begin_at', 'end_at', 'jitter', 'repeats'];
  const found = isObject(context)
    ? Object.fromEntries(Object.entries(context).filter(([name]) => members.includes(name)))
    : {};
  return {
    job_cron_time: textAt(definition, 'job_cron_time').trim(),
    job_type: textAt(definition, 'job_type') as 'scheduled',
    job_context: found,
    ...(jobId ? { job_id: jobId } : {}),
  };
}

function preview(input: PreviewInput, signal: AbortSignal): Promise<Schemas['Preview']> {
  return call(api.POST('/preview', { body: input, signal }));
}

/// How the server reads the schedule of the draft, a moment after the last key.
export function usePreview(definition: Definition, jobId: string | null) {
  const language = useLanguage();
  const [input] = useDebouncedValue(JSON.stringify(previewInput(definition, jobId)), 250);
  const parsed = JSON.parse(input) as PreviewInput;
  const query = useQuery({
    queryKey: keys.preview({ input, language }),
    queryFn: ({ signal }) => preview({ ...parsed, count: kShown }, signal),
    enabled: parsed.job_cron_time !== '',
    placeholderData: keepPreviousData,
    retry: false,
    // The next runs move on.
    refetchInterval: 60_000,
  });
  return { ...query, input: parsed };
}

/// Which of the clock's changes concern the schedule: the occurrences around each, under both policies.
export function useClockEffects(input: PreviewInput, changes: ClockChange[], enabled: boolean) {
  const { dst: _, ...context } = input.job_context ?? {};
  return useQuery({
    queryKey: keys.preview({ input: { ...input, job_context: context }, changes }),
    queryFn: async ({ signal }) => {
      const found: ClockEffect[] = [];
      for (const change of changes) {
        const forward = change.after > change.before;
        const ask = (dst: PreviewContextDst) =>
          preview(
            { ...input, job_context: { ...context, dst }, from: instant(change.at - 1_000), count: kShown },
            signal,
          );
        const plain = await ask(forward ? { gap: 'run_after' } : { overlap: 'first' });
        const other = await ask(forward ? { gap: 'skip' } : { overlap: 'both' });
        const effect = effectOf(change, plain.next, other.next);
        if (effect) found.push(effect);
      }
      return found;
    },
    enabled: enabled && changes.length > 0 && input.job_cron_time !== '',
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}
type PreviewContextDst = NonNullable<NonNullable<PreviewInput['job_context']>['dst']>;

export type Load = {
  /// Begin of the first minute.
  from: number;
  /// Runs of other jobs in each minute.
  counts: number[];
  /// Jobs that start in the minute of the run.
  jobs: string[];
};

const kBefore = 29;
const kMinutes = 60;

/// How many runs of other jobs start in the minutes around an instant.
export function useLoad(at: number | null, own: string | null) {
  const [center] = useDebouncedValue(at === null ? null : Math.floor(at / kMinute) * kMinute, 600);
  return useQuery({
    queryKey: keys.forecast({ around: center, own }),
    queryFn: async ({ signal }): Promise<Load> => {
      const present = Math.floor(now() / kMinute) * kMinute;
      const from = Math.max(present, (center ?? 0) - kBefore * kMinute);
      const query = { from: instant(from), to: instant(from + kMinutes * kMinute), step: '1m', jobs: 8 };
      const forecast = await inTurn(() => call(api.GET('/forecast', { params: { query }, signal })));
      const counts = forecast.buckets.map(
        ({ count, jobs }) => count - (jobs.find(job => job.job_id === own)?.count ?? 0),
      );
      const bucket = forecast.buckets[((center ?? 0) - from) / kMinute];
      const jobs = (bucket?.jobs ?? []).map(job => job.job_id).filter(id => id !== own);
      return { from, counts, jobs: jobs.slice(0, 3) };
    },
    enabled: center !== null,
    placeholderData: keepPreviousData,
    staleTime: kMinute,
  });
}

/// Names of jobs by their ids, in one request.
export function useJobNames(ids: string[]) {
  const sorted = [...new Set(ids)].sort();
  return useQuery({
    queryKey: keys.jobs.named(sorted),
    queryFn: async ({ signal }) => {
      const query = { job_id: sorted };
      const jobs = await call(api.GET('/job', { params: { query }, signal }));
      return new Map(jobs.map(job => [job.job_id, job]));
    },
    enabled: sorted.length > 0,
    staleTime: kMinute,
    placeholderData: before => before,
  });
}
