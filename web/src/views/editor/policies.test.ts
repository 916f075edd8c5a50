import { describe, expect, it } from 'vitest';
import { en } from '../../i18n/en';
import { setAt } from './definition';
import { durationText, parseDuration } from './duration';
import { concerns, pathOf, problemsOf } from './errors';
import { kMembers, memberAt, unknownMembers } from './members';
import { forTestRun, policiesOf, policySentences } from './policies';
import { initialState, isChanged, reduce } from './state';

const job = {
  job_name: 'report',
  job_type: 'scheduled',
  job_cron_time: '30 2 * * *',
  job_context: { mode: 'https', exec: 'https://example.com/' },
};
const daily = ['2026-01-06T02:30:00Z', '2026-01-07T02:30:00Z'];
const says = (definition: object, next = daily, at: string | null = '02:30') =>
  policySentences(definition as typeof job, next, at, en).map(({ text }) => text);
const context = (change: object) => ({ ...job, job_context: { ...job.job_context, ...change } });

describe('durations', () => {
  it.each([
    ['1m30s', 90_000],
    ['250ms', 250],
    ['1.5h', 5_400_000],
    ['90', 90_000],
    [90, 90_000],
    ['soon', null],
    ['', null],
    ['1x', null],
  ])('reads %s', (text, millis) => expect(parseDuration(text)).toBe(millis));
  it('writes without parts that are zero', () => {
    expect(durationText(60_000)).toBe('60 s');
    expect(durationText(5_400_000)).toBe('1 h 30 min');
    expect(durationText(30 * 86_400_000)).toBe('30 d');
  });
});

describe('policies', () => {
  it('have the built-in defaults', () =>
    expect(policiesOf(job)).toMatchObject({
      attempts: 3,
      timeout: 60_000,
      waits: [1_000, 2_000],
      longest: 183_000,
    }));

  it('cap the waits', () =>
    expect(
      policiesOf(context({ retry: { max_attempts: 5, initial: '10s', multiplier: 3, max: '1m' } })).waits,
    ).toEqual([10_000, 30_000, 60_000, 60_000]));

  it('are said as a sentence about the next run', () =>
    expect(says(job)).toEqual([
      'If ecron is down at 02:30, this job runs once when it is back.',
      'If the previous run is still under way at 02:30, the new run is skipped.',
      'An attempt takes at most 60 s. A failed one is retried up to 2 times, after up to 1 s, 2 s; the run has failed after 3 min 3 s at the latest.',
      'Nobody is notified.',
    ]));

  it('warn of a latest start that the catch-up must meet', () =>
    expect(says(context({ start_deadline: '10m' }))[0]).toBe(
      'If ecron is down at 02:30, this job runs once when it is back. It must be back within 10 min: a later start is refused by the latest start.',
    ));

  it('name no time for a dense schedule, and warn of runs that outlast the interval', () => {
    const sentences = says(job, ['2026-01-06T02:30:00Z', '2026-01-06T02:31:00Z']);
    expect(sentences[0]).toBe('If ecron is down for a while, this job runs once when it is back.');
    expect(sentences.at(-1)).toContain('longer than the 60 s');
  });

  it('warn of events that are never sent', () =>
    expect(says(context({ notify: { webhook: 'https://a/', on: ['late'] } })).at(-1)).toContain(
      '“late” is never sent',
    ));

  it('of a job on request say nothing about schedules', () =>
    expect(says({ ...job, job_type: 'real-time', job_cron_time: '' }, [], null)[0]).toBe(
      'This job runs on request only.',
    ));
});

describe('a test run', () => {
  it('has one attempt and notifies nobody', () => {
    const run = forTestRun(
      context({ notify: { webhook: 'https://a/' }, timeout: '5s', start_deadline: '1s' }),
      'x',
    );
    expect(run).toEqual({
      job_name: 'x',
      job_type: 'real-time',
      job_context: { ...job.job_context, timeout: '5s', retry: { max_attempts: 1 } },
    });
  });
});

describe('the reference', () => {
  it('describes every member in both languages', () => {
    expect(kMembers.length).toBeGreaterThan(60);
    for (const { path, description } of kMembers) {
      expect(description.en, path).not.toBe('');
      expect(description['zh-CN'], path).toMatch(/[\u4e00-\u9fff]/);
    }
  });
  it('has the limits of durations and numbers', () => {
    expect(memberAt('job_context.timeout')).toMatchObject({ kind: 'duration', min: '1ms', max: '1d' });
    expect(memberAt('job_context.priority')).toMatchObject({ kind: 'integer', min: '-1000', max: '1000' });
    expect(memberAt('job_name')).toMatchObject({ maxLength: 64 });
  });
  it('finds members that the server would ignore, but not in free objects', () =>
    expect(
      unknownMembers({
        job_name: 'a',
        tagz: 1,
        job_context: { retri: {}, info: { body: { x: 1 }, headers: { y: '' } } },
      }),
    ).toEqual(['tagz', 'job_context.retri']));
});

describe('errors', () => {
  it('find the member that the server names without its parent', () => {
    expect(pathOf('mode')).toBe('job_context.mode');
    expect(pathOf('job_context.retry.on[0]')).toBe('job_context.retry.on[0]');
    expect(concerns({ path: 'job_context.retry.on[0]', reason: '' }, 'job_context.retry.on')).toBe(true);
    expect(concerns({ path: 'job_context.timeout', reason: '' }, 'job_context.time')).toBe(false);
  });
  it('are found before the server is asked', () => {
    const paths = (definition: object) => problemsOf(definition as typeof job).map(({ path }) => path);
    expect(paths(job)).toEqual([]);
    expect(paths({ job_type: 'scheduled', job_context: { mode: 'https' } })).toEqual([
      'job_name',
      'job_cron_time',
      'job_context.exec',
    ]);
    expect(paths(context({ timeout: '2d', priority: 1.5, retry: { max_attempts: 0 } }))).toEqual([
      'job_context.timeout',
      'job_context.priority',
      'job_context.retry.max_attempts',
    ]);
    expect(paths(context({ mode: 'exe', info: { kubernetes: {} } }))).toEqual([
      'job_context.info.kubernetes.image',
    ]);
  });
});

describe('the state', () => {
  const state = initialState(job, 7);
  it('follows the document while it can be read', () => {
    const edited = reduce(state, { type: 'text', text: state.text.replace('report', 'other') });
    expect(edited.draft).toHaveProperty('job_name', 'other');
    const broken = reduce(edited, { type: 'text', text: 'job_name: [' });
    expect(broken.draft).toHaveProperty('job_name', 'other');
    expect(broken.failure).not.toBeNull();
    expect(isChanged(broken)).toBe(true);
  });
  it('writes a change of the form into the document, in its format', () => {
    const json = reduce(state, { type: 'format', format: 'json' });
    const next = reduce(json, { type: 'set', path: 'job_context.timeout', value: '5s' });
    expect(JSON.parse(next.text)).toEqual(setAt(job, 'job_context.timeout', '5s'));
    expect(isChanged(reduce(next, { type: 'set', path: 'job_context.timeout', value: '' }))).toBe(false);
  });
  it('drops the error of a member that changes, and keeps the others', () => {
    const errors = [
      { path: 'job_name', reason: 'a' },
      { path: 'job_context.retry.on[0]', reason: 'b' },
    ];
    const refused = reduce(state, { type: 'refuse', errors });
    const renamed = reduce(refused, { type: 'set', path: 'job_name', value: 'x' });
    expect(renamed.refused).toEqual([errors[1]]);
    const listed = reduce(renamed, { type: 'set', path: 'job_context.retry.on', value: [429] });
    expect(listed.refused).toEqual([]);
  });
});
