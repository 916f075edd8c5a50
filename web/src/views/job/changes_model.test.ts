import { expect, test } from 'vitest';
import { changesOf } from './changes_model';

test('members that were and are empty are left out', () => {
  const difference = {
    remarks: { from: 'a', to: '' },
    'job_context.begin_at': { to: '' },
    enabled: { from: false, to: true },
    'job_context.info.body': { to: { a: 1 } },
  };
  expect(changesOf(difference)).toEqual([
    { member: 'remarks', from: 'a', to: null },
    { member: 'enabled', from: 'false', to: 'true' },
    { member: 'job_context.info.body', from: null, to: '{"a":1}' },
  ]);
  expect(changesOf(null)).toEqual([]);
});
