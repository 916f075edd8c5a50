import { expect, test } from 'vitest';
import { EventParser, type ServerEvent } from './event_parser';

function parse(...chunks: string[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const parser = new EventParser(event => events.push(event));
  for (const chunk of chunks) parser.push(chunk);
  return events;
}

test('events that arrive in pieces are put together', () => {
  expect(parse('id: 7\nevent: jo', 'b\ndata: {"a"', ':1}\n', '\n')).toEqual([
    { id: '7', event: 'job', data: '{"a":1}' },
  ]);
});

test('comments are ignored, and an event without data is none', () => {
  expect(parse(': ping\n\nevent: job\n\n')).toEqual([]);
});

test('several lines of data are joined, and the id stays for later events', () => {
  expect(parse('id: 1\ndata: a\ndata: b\n\ndata: c\n\n')).toEqual([
    { id: '1', event: 'message', data: 'a\nb' },
    { id: '1', event: 'message', data: 'c' },
  ]);
});

test('lines may end with CR LF, also between two pieces', () => {
  expect(parse('data: a\r', '\n\r\n').map(event => event.data)).toEqual(['a']);
});
