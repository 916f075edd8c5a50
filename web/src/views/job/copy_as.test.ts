import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';
import { copyAs, definitionOf, shellWord } from './copy_as';
import { toYaml } from './yaml';

const job: Schemas['Job'] = {
  job_id: '6f9ad6c5-0a5d-4f0e-9f3b-1d1c5a0c7e11',
  job_name: 'report',
  job_cron_time: '30 2 * * 1-5',
  job_type: 'scheduled',
  job_context: {
    mode: 'http',
    exec: "http://localhost:8080/report?who=o'neill",
    info: { method: 'GET', params: null, headers: null, body: null, kubernetes: null },
    notify: { webhook: '' },
    begin_at: '',
    end_at: '',
    execute_id: '',
    timezone: 'Europe/Berlin',
    labels: { team: 'billing' },
  },
  tenant_id: 't',
  enabled: true,
  remarks: '',
  created_at: '2026-01-05T10:00:00Z',
  updated_at: '2026-01-05T10:00:00Z',
  revision: 1,
};

/// The words that a shell passes to the first program of a command.
function words(command: string): string[] {
  const script = `ecron() { printf '%s\\n' "$@"; }; curl() { printf '%s\\n' "$@"; }; ${command}`;
  return execFileSync('sh', ['-c', script], { env: { ECRON_TOKEN: 'secret' } })
    .toString()
    .split('\n');
}

test('the definition has no member that the server sets or that is empty', () => {
  expect(definitionOf(job)).toEqual({
    job_name: 'report',
    job_cron_time: '30 2 * * 1-5',
    job_type: 'scheduled',
    job_context: {
      mode: 'http',
      exec: "http://localhost:8080/report?who=o'neill",
      info: { method: 'GET' },
      timezone: 'Europe/Berlin',
      labels: { team: 'billing' },
    },
    enabled: true,
  });
});

test('an empty member of a body stays', () => {
  const context = { ...job.job_context, info: { ...job.job_context.info, body: { note: '', none: null } } };
  expect(definitionOf({ ...job, job_context: context })).toMatchObject({
    job_context: { info: { body: { note: '', none: null } } },
  });
});

test('a shell reads the flags of the CLI as they are meant', () => {
  expect(words(copyAs('cli', job, '', true)).slice(0, 9)).toEqual([
    'job',
    'create',
    'report',
    '--cron',
    '30 2 * * 1-5',
    '--tz',
    'Europe/Berlin',
    '--url',
    "http://localhost:8080/report?who=o'neill",
  ]);
});

test('what flags cannot express is applied as YAML', () => {
  const text = copyAs('cli', { ...job, remarks: 'Owner: billing' }, '', true);
  expect(text).toMatch(/^ecron apply -f - <<'EOF'\njob_name: report\n/);
  expect(text).toContain('remarks: "Owner: billing"\n');
});

test('curl sends the definition, and the token of the environment only where one is required', () => {
  const sent = words(copyAs('curl', job, 'https://ecron.example.com', true));
  expect(sent).toContain('Authorization: Bearer secret');
  expect(JSON.parse(sent.slice(sent.indexOf('--data-binary') + 1).join('\n'))).toEqual(definitionOf(job));
  expect(copyAs('curl', job, '', false)).not.toContain('Authorization');
});

test('shell words keep quotes and newlines', () => {
  for (const text of ["it's", 'a\nb', '$HOME `x`', ''])
    expect(
      words(`ecron ${shellWord(text)}`)
        .slice(0, -1)
        .join('\n'),
    ).toBe(text);
});

test('YAML quotes what would be read as something else', () => {
  const value = {
    a: 'true',
    b: '1.5',
    c: '* * * * *',
    d: 'x: y',
    e: ['one', { two: 2, three: [] }],
    f: {},
    g: '数据',
    h: 'a#b',
  };
  expect(toYaml(value)).toBe(
    'a: "true"\nb: "1.5"\nc: "* * * * *"\nd: "x: y"\ne:\n  - one\n  - two: 2\n    three: []\nf: {}\ng: 数据\nh: a#b\n',
  );
});
