import { expect, test } from 'vitest';
import { LineBuffer } from './line_buffer';

const texts = (buffer: LineBuffer) =>
  buffer.lines.map(({ stream, text }) => `${stream === 'stderr' ? '!' : ''}${text}`);

test('a line that arrives in parts is one line', () => {
  const buffer = new LineBuffer();
  for (const text of ['on', 'e\ntwo\nth', 'ree\n', 'four']) buffer.append({ stream: 'stdout', text });
  expect(texts(buffer)).toEqual(['one', 'two', 'three', 'four']);
});

test('the other stream may write between the parts', () => {
  const buffer = new LineBuffer();
  buffer.append({ stream: 'stdout', text: 'par' });
  buffer.append({ stream: 'stderr', text: 'bad\n' });
  buffer.append({ stream: 'stdout', text: 't\nnext\n' });
  expect(texts(buffer)).toEqual(['!bad', 'part', 'next']);
});

test('an empty line is a line', () => {
  const buffer = new LineBuffer();
  buffer.append({ stream: 'stdout', text: 'a\n' });
  buffer.append({ stream: 'stdout', text: '\nb\n' });
  expect(texts(buffer)).toEqual(['a', '', 'b']);
});

test('the oldest lines go, and their number is known', () => {
  const buffer = new LineBuffer(10);
  for (let index = 0; index < 25; index++) buffer.append({ stream: 'stdout', text: `${index}\n` });
  expect(buffer.lines.length).toBeLessThanOrEqual(10);
  expect(buffer.lines.at(-1)?.text).toBe('24');
  expect(buffer.dropped + buffer.lines.length).toBe(25);
});
