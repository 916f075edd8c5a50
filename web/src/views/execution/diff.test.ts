import { expect, test } from 'vitest';
import { type DiffLine, diffLines, hunksOf, withoutTimes } from './diff';

const applied = (lines: DiffLine[], without: DiffLine['kind']) =>
  lines.filter(({ kind }) => kind !== without).map(({ text }) => text);

test('a difference contains both texts in their order', () => {
  const texts = ['a b c d e', 'a c d x e', 'x y z', '', 'e d c b a', 'a a b a a'].map(text =>
    text.split(' '),
  );
  for (const before of texts)
    for (const after of texts) {
      const lines = diffLines(before, after);
      expect(applied(lines, 'new')).toEqual(before);
      expect(applied(lines, 'old')).toEqual(after);
    }
});

test('a difference is short', () => {
  const lines = diffLines(['a', 'b', 'c', 'd'], ['a', 'c', 'd', 'e']);
  expect(lines).toEqual([
    { kind: 'same', text: 'a' },
    { kind: 'old', text: 'b' },
    { kind: 'same', text: 'c' },
    { kind: 'same', text: 'd' },
    { kind: 'new', text: 'e' },
  ]);
});

test('texts without anything in common end as all old, all new', () => {
  const many = (prefix: string) => Array.from({ length: 1_500 }, (_, index) => `${prefix}${index}`);
  const lines = diffLines(many('a'), many('b'));
  expect(lines.filter(({ kind }) => kind === 'old')).toHaveLength(1_500);
  expect(lines.filter(({ kind }) => kind === 'new')).toHaveLength(1_500);
});

test('long runs of equal lines are folded', () => {
  const before = Array.from({ length: 50 }, (_, index) => `line ${index}`);
  const after = before.with(25, 'changed');
  const hunks = hunksOf(diffLines(before, after));
  expect(hunks.map(hunk => (hunk.kind === 'skipped' ? hunk.count : hunk.lines.length))).toEqual([22, 8, 21]);
});

test('times can be left out of the comparison, and the lines are shown with them', () => {
  const before = ['2026-01-05T02:30:00.123Z start', '02:30:01 10 rows', 'end'];
  const after = ['2026-01-06T02:30:00.456Z start', '02:30:02 12 rows', 'end'];
  expect(diffLines(before, after, withoutTimes)).toEqual([
    { kind: 'same', text: after[0] },
    { kind: 'old', text: before[1] },
    { kind: 'new', text: after[1] },
    { kind: 'same', text: 'end' },
  ]);
});
