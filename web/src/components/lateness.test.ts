import { expect, test } from 'vitest';
import { isLate, knownLateness } from './lateness';

test('a start is late from one second on', () => {
  expect(isLate({ lateness_ms: 999, execute_times: 1 })).toBe(false);
  expect(isLate({ lateness_ms: 1_000, execute_times: 1 })).toBe(true);
  expect(isLate({ lateness_ms: null, execute_times: 1 })).toBe(false);
});

test('after a retry the delay may be the jitter of the job, and is not called late', () => {
  expect(knownLateness({ lateness_ms: 20_000, execute_times: 3 })).toBeNull();
  expect(isLate({ lateness_ms: 20_000, execute_times: 3 })).toBe(false);
  expect(knownLateness({ lateness_ms: 20_000, execute_times: 3 }, false)).toBe(20_000);
});
