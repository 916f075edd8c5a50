import { expect, test } from 'vitest';
import { afterClick } from './selection';

const order = ['a', 'b', 'c', 'd'];

test('a click toggles one job', () => {
  expect([...afterClick(new Set(), order, 'b', null)]).toEqual(['b']);
  expect([...afterClick(new Set(['b']), order, 'b', null)]).toEqual([]);
});

test('a range is selected in both directions', () => {
  expect([...afterClick(new Set(['a']), order, 'c', 'a')].sort()).toEqual(['a', 'b', 'c']);
  expect([...afterClick(new Set(['d']), order, 'b', 'd')].sort()).toEqual(['b', 'c', 'd']);
});

test('a range that ends on a selected job is removed', () => {
  expect([...afterClick(new Set(order), order, 'c', 'b')].sort()).toEqual(['a', 'd']);
});

test('an anchor that is no longer listed selects the one job', () => {
  expect([...afterClick(new Set(), order, 'c', 'gone')]).toEqual(['c']);
});
