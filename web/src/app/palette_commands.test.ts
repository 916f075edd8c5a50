import { expect, test } from 'vitest';
import { matches, ranked } from './palette_commands';

test('names that begin with the text come first, then those that contain it; the order is kept otherwise', () => {
  const jobs = ['Rotate key of backups', 'Nightly dump', 'Back up orders', 'Verify backup', 'Back up stock'];
  const found = ranked(
    jobs.map(job_name => ({ job_name })),
    'BACK',
  );
  expect(found.map(({ job_name }) => job_name)).toEqual([
    'Back up orders',
    'Back up stock',
    'Rotate key of backups',
    'Verify backup',
    'Nightly dump',
  ]);
});

test('a command is found by each of its words, in any order and case', () => {
  expect(matches('Pause planned executions stop maintenance', 'maint pause')).toBe(true);
  expect(matches('Pause planned executions', 'resume')).toBe(false);
});
