import type { Messages } from '../../i18n/messages';
import { type Definition, getAt, isObject, type TargetKind, targetKind, textAt } from './definition';
import { durationText, parseDuration } from './duration';

/// The built-in values of the options that are the defaults of members (docs/configuration.md). A server may be
/// configured otherwise, so the form calls them built-in.
export const kBuiltIn = {
  misfire: 'once',
  misfire_grace: '60s',
  overlap: 'skip',
  timeout: { http: '60s', command: '1h', kubernetes: '1h' } satisfies Record<TargetKind, string>,
  max_attempts: 3,
  initial: '1s',
  multiplier: 2,
  max: '5m',
  callback_timeout: '24h',
  on_node_loss: 'retry',
  completion: 'auto',
  retention: '30d',
  jitter: '0s',
} as const;

const millisOf = (definition: Definition, path: string, standard: string): number =>
  parseDuration(getAt(definition, path)) ?? parseDuration(standard) ?? 0;

const numberAt = (definition: Definition, path: string, standard: number): number => {
  const value = Number(getAt(definition, path));
  return Number.isFinite(value) && value > 0 ? value : standard;
};

/// What the policies of a definition mean, with defaults filled in.
export type Policies = {
  misfire: string;
  grace: number;
  overlap: string;
  deadline: number | null;
  timeout: number;
  attempts: number;
  /// The longest waits before the second, third, … attempt, at most five of them.
  waits: number[];
  /// The longest time from the first attempt to the end: all attempts and waits.
  longest: number;
  webhook: string;
  events: string[];
};

export function policiesOf(definition: Definition): Policies {
  const context = (name: string): string => `job_context.${name}`;
  const initial = millisOf(definition, context('retry.initial'), kBuiltIn.initial);
  const multiplier = numberAt(definition, context('retry.multiplier'), kBuiltIn.multiplier);
  const max = millisOf(definition, context('retry.max'), kBuiltIn.max);
  const attempts = Math.min(
    1_000,
    Math.floor(numberAt(definition, context('retry.max_attempts'), kBuiltIn.max_attempts)),
  );
  const timeout = millisOf(definition, context('timeout'), kBuiltIn.timeout[targetKind(definition)]);
  const waits = Array.from({ length: attempts - 1 }, (_, index) =>
    Math.min(max, initial * multiplier ** index),
  );
  const deadline = parseDuration(getAt(definition, context('start_deadline')));
  const on = getAt(definition, context('notify.on'));
  return {
    misfire: textAt(definition, context('misfire')) || kBuiltIn.misfire,
    grace: millisOf(definition, context('misfire_grace'), kBuiltIn.misfire_grace),
    overlap: textAt(definition, context('overlap')) || kBuiltIn.overlap,
    deadline: deadline && deadline > 0 ? deadline : null,
    timeout,
    attempts,
    waits: waits.slice(0, 5),
    longest: attempts * timeout + waits.reduce((sum, each) => sum + each, 0),
    webhook: textAt(definition, context('notify.webhook')),
    events: Array.isArray(on) ? on.map(String) : ['success', 'interrupt', 'abandon'],
  };
}

export type Sentence = { text: string; warn?: boolean };

/// Returns the shortest distance between consecutive instants; null for fewer than two.
export function shortestInterval(next: string[]): number | null {
  const times = next.map(at => Date.parse(at));
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  return gaps.length > 0 ? Math.min(...gaps) : null;
}

function misfireSentence(policies: Policies, at: string | null, t: Messages): Sentence {
  const says = t.editor.says;
  const when = at ? says.downAt(at) : says.downForAWhile;
  const grace = durationText(policies.grace);
  const { misfire, deadline } = policies;
  if (misfire === 'skip') return { text: says.misfireSkip(when, grace) };
  const text = misfire === 'all' ? says.misfireAll(when) : says.misfireOnce(when);
  return { text: deadline ? text + says.misfireDeadline(durationText(deadline)) : text };
}

function overlapSentence(policies: Policies, at: string | null, t: Messages): Sentence {
  const says = t.editor.says;
  const when = at ? says.stillRunningAt(at) : says.stillRunning;
  const texts: Record<string, string> = {
    skip: says.overlapSkip(when),
    allow: says.overlapAllow(when),
    queue: says.overlapQueue(when),
    replace: says.overlapReplace(when),
  };
  return { text: texts[policies.overlap] ?? texts.skip ?? '' };
}

function retrySentence(policies: Policies, t: Messages): Sentence {
  const says = t.editor.says;
  const timeout = durationText(policies.timeout);
  if (policies.attempts <= 1) return { text: says.noRetry(timeout) };
  const waits = policies.waits.map(durationText);
  const shown = policies.attempts - 1 > waits.length ? [...waits, '…'] : waits;
  return { text: says.retry(timeout, policies.attempts - 1, shown, durationText(policies.longest)) };
}

function notifySentence(definition: Definition, policies: Policies, t: Messages): Sentence[] {
  const says = t.editor.says;
  if (!policies.webhook) return [{ text: says.noNotify }];
  const names = policies.events.map(
    name => t.editor.events[name as keyof typeof t.editor.events]?.title ?? name,
  );
  const found: Sentence[] = [{ text: says.notify(names) }];
  const lacks = (event: string, member: string): boolean =>
    policies.events.includes(event) && getAt(definition, `job_context.${member}`) === undefined;
  if (lacks('late', 'max_lateness')) found.push({ text: says.needsLateness, warn: true });
  if (lacks('running_long', 'max_duration')) found.push({ text: says.needsDuration, warn: true });
  return found;
}

function combinations(
  definition: Definition,
  policies: Policies,
  interval: number | null,
  t: Messages,
): Sentence[] {
  const says = t.editor.says;
  const found: Sentence[] = [];
  if (interval !== null && policies.longest > interval && policies.overlap !== 'allow')
    found.push({
      text: says.longerThanInterval(durationText(policies.longest), durationText(interval)),
      warn: true,
    });
  const limit = getAt(definition, 'job_context.max_concurrency');
  if (limit !== undefined && !textAt(definition, 'job_context.concurrency_key'))
    found.push({ text: says.limitWithoutKey, warn: true });
  return found;
}

/// Returns what the policies mean together. `at` is the local time of the next run, for a schedule that is not denser
/// than hourly; `next` are the runs of the preview.
export function policySentences(
  definition: Definition,
  next: string[],
  at: string | null,
  t: Messages,
): Sentence[] {
  const policies = policiesOf(definition);
  const scheduled = textAt(definition, 'job_cron_time').trim() !== '';
  const interval = shortestInterval(next);
  const found: Sentence[] = [];
  if (!scheduled && textAt(definition, 'job_type') === 'real-time')
    found.push({ text: t.editor.says.onRequest });
  else {
    const named = interval === null || interval >= 3_600_000 ? at : null;
    found.push(misfireSentence(policies, named, t));
    if (textAt(definition, 'job_type') !== 'timed') found.push(overlapSentence(policies, named, t));
  }
  found.push(retrySentence(policies, t));
  found.push(...notifySentence(definition, policies, t));
  return [...found, ...combinations(definition, policies, interval, t)];
}

/// Returns the definition for a test run: one attempt, no notifications, and no limits that belong to a schedule.
export function forTestRun(definition: Definition, name: string): Definition {
  const context = getAt(definition, 'job_context');
  const copy = isObject(context) ? { ...context } : {};
  for (const member of ['notify', 'begin_at', 'end_at', 'start_deadline', 'jitter', 'overlap', 'misfire'])
    delete copy[member];
  return {
    job_name: name.slice(0, 64),
    job_type: 'real-time',
    job_context: { ...copy, retry: { max_attempts: 1 } },
  };
}
