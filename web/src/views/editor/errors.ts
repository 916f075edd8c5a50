import { ApiError } from '../../api/client';
import { type Definition, getAt, targetKind, textAt } from './definition';
import { parseDuration } from './duration';
import { kMembers } from './members';

/// Errors at members of the definition, by path.
export type FieldError = { path: string; reason: string };

/// The server names these members without their parent.
const kContext = new Set(['mode', 'begin_at', 'end_at', 'exec', 'timezone', 'info', 'notify']);

export function pathOf(field: string): string {
  const first = field.split(/[.[]/)[0] ?? '';
  return kContext.has(first) ? `job_context.${field}` : field;
}

/// Returns the errors of a refused request that name a member. `conflict` is the text for those without a reason.
export function fieldErrors(error: unknown, conflict: string): FieldError[] {
  if (!(error instanceof ApiError)) return [];
  const found = error.reasons
    .filter(({ field }) => field !== '')
    .map(({ field, reason }) => ({ path: pathOf(field), reason }));
  if (error.status === 409)
    for (const name of error.conflicts) found.push({ path: pathOf(name), reason: conflict });
  return found;
}

/// Whether an error belongs to the field of a path: to the member itself or to something in it.
export function concerns(error: FieldError, path: string): boolean {
  return error.path === path || error.path.startsWith(`${path}.`) || error.path.startsWith(`${path}[`);
}

/// What the page can tell before the server does.
export type Problem =
  | { kind: 'required' }
  | { kind: 'url' }
  | { kind: 'duration'; min: string; max: string }
  | { kind: 'number'; min: string; max: string }
  | { kind: 'length'; max: number };

export type PathProblem = { path: string; problem: Problem };

function targetProblems(definition: Definition): PathProblem[] {
  const exec = textAt(definition, 'job_context.exec').trim();
  switch (targetKind(definition)) {
    case 'http':
      if (exec === '') return [{ path: 'job_context.exec', problem: { kind: 'required' } }];
      return /^https?:\/\/[^/\s?#]/i.test(exec)
        ? []
        : [{ path: 'job_context.exec', problem: { kind: 'url' } }];
    case 'command':
      return exec === '' ? [{ path: 'job_context.exec', problem: { kind: 'required' } }] : [];
    case 'kubernetes': {
      const manifest = getAt(definition, 'job_context.info.body') !== undefined;
      const image = textAt(definition, 'job_context.info.kubernetes.image');
      return manifest || image
        ? []
        : [{ path: 'job_context.info.kubernetes.image', problem: { kind: 'required' } }];
    }
  }
}

function rangeProblems(definition: Definition): PathProblem[] {
  const found: PathProblem[] = [];
  for (const { path, kind, min, max, maxLength } of kMembers) {
    const value = getAt(definition, path);
    if (value === undefined) continue;
    if (maxLength && typeof value === 'string' && [...value].length > maxLength)
      found.push({ path, problem: { kind: 'length', max: maxLength } });
    if (!min || !max) continue;
    if (kind === 'duration') {
      const millis = parseDuration(value);
      const inside =
        millis !== null && millis >= (parseDuration(min) ?? 0) && millis <= (parseDuration(max) ?? 0);
      if (!inside) found.push({ path, problem: { kind: 'duration', min, max } });
    } else {
      const whole = kind !== 'integer' || Number.isInteger(value);
      const inside = typeof value === 'number' && whole && value >= Number(min) && value <= Number(max);
      if (!inside) found.push({ path, problem: { kind: 'number', min, max } });
    }
  }
  return found;
}

export function problemsOf(definition: Definition): PathProblem[] {
  const found: PathProblem[] = [];
  if (textAt(definition, 'job_name').trim() === '')
    found.push({ path: 'job_name', problem: { kind: 'required' } });
  const type = textAt(definition, 'job_type');
  if (type !== 'real-time' && textAt(definition, 'job_cron_time').trim() === '')
    found.push({ path: 'job_cron_time', problem: { kind: 'required' } });
  const webhook = textAt(definition, 'job_context.notify.webhook');
  if (webhook && !/^https?:\/\/[^/\s?#]/i.test(webhook))
    found.push({ path: 'job_context.notify.webhook', problem: { kind: 'url' } });
  return [...found, ...targetProblems(definition), ...rangeProblems(definition)];
}
