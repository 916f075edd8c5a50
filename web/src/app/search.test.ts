import { expect, test } from 'vitest';
import { parseJobsSearch } from '../views/jobs/search';
import { parseSearch, stringifySearch } from './search';

test('a search is the same after its way through the address', () => {
  const search = { search: 'a b&c', label: ['team:a', 'env:b'], state: 'abandon' };
  expect(parseSearch(stringifySearch(search))).toEqual(search);
});

test('empty members are left out', () => {
  expect(stringifySearch({ search: '', state: undefined, label: [] })).toBe('');
});

test('an address with misspelt values shows the defaults', () => {
  expect(parseJobsSearch({ state: 'nonsense', enabled: 'maybe', label: 'no-colon', sort: 'name' })).toEqual({
    sort: 'name',
  });
});

test('one label and several are a list', () => {
  expect(parseJobsSearch(parseSearch('label=a:b')).label).toEqual(['a:b']);
  expect(parseJobsSearch(parseSearch('label=a:b&label=c:d')).label).toEqual(['a:b', 'c:d']);
});
