import { expect, test } from 'vitest';
import { findMatches, kMostMatches, partsOf } from './output_search';

const lines = (...texts: string[]) => texts.map(text => ({ stream: 'stdout' as const, text }));

test('matches are found in any case, several per line', () => {
  const found = findMatches(lines('Error: an error', 'fine', 'ERROR'), 'error');
  expect(found.map(({ line, from }) => [line, from])).toEqual([
    [0, 0],
    [0, 10],
    [2, 0],
  ]);
});

test('a line is the concatenation of its parts', () => {
  const text = 'Error: an error';
  const found = findMatches(lines(text), 'error');
  const parts = partsOf(text, found, found[1]);
  expect(parts.map(part => part.text).join('')).toBe(text);
  expect(parts.map(({ kind }) => kind)).toEqual(['match', 'plain', 'current']);
  expect(partsOf('', [], undefined)).toEqual([{ text: '', kind: 'plain' }]);
});

test('the number of matches is limited', () => {
  expect(findMatches(lines('a'.repeat(20_000)), 'a')).toHaveLength(kMostMatches);
  expect(findMatches(lines('abc'), '')).toEqual([]);
});
