import { expect, test } from 'vitest';
import { after, keepKeys, takeKeys } from './typed_ahead';

test('characters and corrections are kept, other keys are not', () => {
  const keys = ['Shift', 'B', 'a', 'd', 'Backspace', 'c', 'Enter', 'Tab', 'Escape', '备'];
  expect(keys.reduce(after, '')).toBe('Bac备');
});

test('nothing is left after it was taken', () => {
  keepKeys();
  expect(takeKeys()).toBe('');
  expect(takeKeys()).toBe('');
});
