import { describe, expect, it } from 'vitest';
import {
  blank,
  copyOf,
  emptyTarget,
  fromStored,
  getAt,
  ordered,
  setAt,
  targetKind,
  targetOf,
  withTarget,
  withUrl,
} from './definition';
import { parse, serialize } from './document';
import { lineOfJsonError } from './json_error';
import { differences, isConflict, merged } from './merge';

const stored = {
  job_id: 'a',
  job_name: 'report',
  job_cron_time: '30 2 * * *',
  job_type: 'scheduled',
  job_context: {
    mode: 'http',
    exec: 'http://localhost/',
    info: {
      method: 'POST',
      params: null,
      headers: { 'X-Empty': '' },
      body: { keep: null },
      kubernetes: null,
    },
    notify: { webhook: '' },
    begin_at: '',
    end_at: '',
    execute_id: '',
  },
  tenant_id: 't',
  enabled: true,
  remarks: '',
  created_at: 'x',
  updated_at: 'x',
  revision: 7,
};

describe('definition', () => {
  it('is what a person defined of a stored job', () =>
    expect(fromStored(stored)).toEqual({
      job_name: 'report',
      enabled: true,
      job_type: 'scheduled',
      job_cron_time: '30 2 * * *',
      job_context: {
        mode: 'http',
        exec: 'http://localhost/',
        info: { method: 'POST', headers: { 'X-Empty': '' }, body: { keep: null } },
      },
    }));

  it('removes members that become empty, and objects with them', () => {
    const set = setAt(blank('UTC'), 'job_context.retry.max_attempts', 5);
    expect(getAt(set, 'job_context.retry.max_attempts')).toBe(5);
    expect(getAt(setAt(set, 'job_context.retry.max_attempts', ''), 'job_context.retry')).toBeUndefined();
  });

  it('keeps members that every job needs', () =>
    expect(setAt(blank('UTC'), 'job_name', '')).toHaveProperty('job_name', ''));

  it('keeps the object that tells a Kubernetes Job from a command', () => {
    const job = withTarget(blank('UTC'), emptyTarget('kubernetes'));
    expect(targetKind(job)).toBe('kubernetes');
    const image = setAt(job, 'job_context.info.kubernetes.image', 'alpine');
    expect(targetKind(setAt(image, 'job_context.info.kubernetes.image', ''))).toBe('kubernetes');
    expect(targetKind(withTarget(job, emptyTarget('command')))).toBe('command');
    expect(targetOf(image).info).toEqual({ kubernetes: { image: 'alpine' } });
  });

  it('takes the mode from the scheme of the URL', () => {
    expect(getAt(withUrl(blank('UTC'), 'http://a/'), 'job_context.mode')).toBe('http');
    expect(getAt(withUrl(blank('UTC'), 'https://a/'), 'job_context.mode')).toBe('https');
    expect(getAt(withUrl(blank('UTC'), 'ht'), 'job_context.mode')).toBe('https');
  });

  it('orders members as the reference does, unknown ones last', () =>
    expect(Object.keys(ordered({ zzz: 1, job_context: {}, job_name: 'a', enabled: true }))).toEqual([
      'job_name',
      'enabled',
      'job_context',
      'zzz',
    ]));

  it('copies a job under another name, disabled', () =>
    expect(copyOf(fromStored(stored), 'x'.repeat(80))).toMatchObject({
      job_name: 'x'.repeat(64),
      enabled: false,
    }));
});

describe('document', () => {
  it.each(['yaml', 'json'] as const)('returns from %s', format => {
    const definition = fromStored(stored);
    expect(parse(serialize(definition, format), format)).toEqual({ definition });
  });

  it('keeps texts that look like other values', () => {
    const definition = { job_name: '007', remarks: 'yes', labels: { on: '2026-01-01', empty: 'null' } };
    expect(parse(serialize(definition, 'yaml'), 'yaml')).toEqual({ definition });
  });

  it('names the line of an error', () => {
    expect(parse('a: 1\nb: [1\nc: 2\n', 'yaml')).toMatchObject({ failure: { kind: 'syntax', line: 3 } });
    expect(parse('{\n"a": 1,\n"b": }\n', 'json')).toMatchObject({ failure: { kind: 'syntax', line: 3 } });
    for (const [text, line] of [
      ['{\n"a": 1\n', 2],
      ['{\n"a": [1,\n2,]\n}', 3],
      ['{"a": 1}\n\nx', 3],
      ['{\n"a" 1}', 2],
      ["{\n\n'a': 1}", 3],
      ['', 1],
    ] as const)
      expect(lineOfJsonError(text), text).toBe(line);
    expect(parse('- a\n', 'yaml')).toMatchObject({ failure: { kind: 'type' } });
  });
});

describe('merge', () => {
  const base = { job_name: 'a', remarks: 'old', job_context: { timeout: '30s', labels: { 'a.b': '1' } } };
  const theirs = {
    job_name: 'a',
    remarks: 'old',
    job_context: { timeout: '90s', labels: { 'a.b': '1' }, priority: 5 },
  };
  const mine = { job_name: 'a', job_context: { timeout: '45s', labels: { 'a.b': '2' } } };
  const all = differences(base, theirs, mine);

  it('finds who changed what', () =>
    expect(Object.fromEntries(all.map(each => [each.path, [each.by, isConflict(each)]]))).toEqual({
      remarks: ['mine', false],
      'job_context.timeout': ['both', true],
      'job_context.labels': ['mine', false],
      'job_context.priority': ['theirs', false],
    }));

  it('applies my changes to theirs', () =>
    expect(merged(theirs, all)).toEqual({
      job_name: 'a',
      job_context: { timeout: '45s', labels: { 'a.b': '2' }, priority: 5 },
    }));

  it('keeps theirs where it is chosen', () =>
    expect(getAt(merged(theirs, all, new Set(['job_context.timeout'])), 'job_context.timeout')).toBe('90s'));
});
