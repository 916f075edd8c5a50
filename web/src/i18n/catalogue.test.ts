import { expect, test } from 'vitest';
import { en } from './en';
import { zhCN } from './zh-CN';

/// Returns the paths of all messages; a function's path states its number of parameters.
function paths(node: object, prefix = ''): string[] {
  return Object.entries(node).flatMap(([key, value]) => {
    if (typeof value === 'function') return [`${prefix}${key}(${value.length})`];
    return typeof value === 'object' ? paths(value, `${prefix}${key}.`) : [`${prefix}${key}`];
  });
}

test('every language has the same messages', () => {
  expect(paths(zhCN).sort()).toEqual(paths(en).sort());
});

test('no message is empty', () => {
  const texts = (node: object): string[] =>
    Object.values(node).flatMap(value => (typeof value === 'object' ? texts(value) : [value]));
  for (const catalogue of [en, zhCN])
    for (const value of texts(catalogue)) if (typeof value === 'string') expect(value.trim()).not.toBe('');
});
