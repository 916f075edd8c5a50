import { expect, test } from 'vitest';
import { parts, runAll } from './bulk';

test('items are divided into parts of a size', () => {
  expect(parts([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(parts([], 2)).toEqual([]);
});

test('all items are tried, failures are counted by weight, and the first error is kept', async () => {
  const seen: number[] = [];
  const outcome = await runAll(
    [1, 2, 3, 4],
    item => item,
    async item => {
      if (item % 2 === 0) throw new Error(`refused ${item}`);
    },
    done => seen.push(done),
    1,
  );
  expect(outcome).toMatchObject({ done: 4, failed: 6 });
  expect(String(outcome.error)).toContain('refused 2');
  expect(seen).toEqual([1, 3, 6, 10]);
});

test('no more than the given number run at once', async () => {
  let running = 0;
  let most = 0;
  const act = async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
  };
  await runAll(
    Array.from({ length: 20 }, (_, index) => index),
    () => 1,
    act,
    undefined,
    3,
  );
  expect(most).toBeLessThanOrEqual(3);
});
