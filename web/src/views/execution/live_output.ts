import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { kPrefix } from '../../api/client';
import { EventParser, type ServerEvent } from '../../api/event_parser';
import { keys } from '../../api/keys';
import { expireSession, token } from '../../auth/session';
import { LineBuffer } from './line_buffer';

export type Follow = 'connecting' | 'live' | 'reconnecting' | 'ended' | 'refused';

const kMaxWait = 15_000;

type Reader = {
  onEvent: (event: ServerEvent) => void;
  onState: (state: Follow) => void;
};

/// Reads the output of an execution as it is written, and reconnects where it was, until its end or the returned call.
export function followOutput(id: string, { onEvent, onState }: Reader): () => void {
  const abort = new AbortController();
  let last = '';
  let ended = false;

  async function read(): Promise<void> {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    const bearer = token();
    if (bearer) headers.Authorization = `Bearer ${bearer}`;
    if (last) headers['Last-Event-ID'] = last;
    const path = `${kPrefix}/jobexecution/${encodeURIComponent(id)}/output?follow=1`;
    const response = await fetch(path, { headers, signal: abort.signal });
    if (response.status === 401) expireSession(headers.Authorization ?? null);
    if (response.status === 204) ended = true;
    else if (response.status >= 400 && response.status < 500 && response.status !== 429) {
      ended = true;
      onState('refused');
    }
    if (!response.ok || !response.body || ended) return;
    onState('live');
    const parser = new EventParser(event => {
      if (event.id) last = event.id;
      if (event.event === 'end') ended = true;
      onEvent(event);
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.push(value);
    }
  }

  async function run(): Promise<void> {
    let wait = 500;
    while (!ended && !abort.signal.aborted) {
      const before = last;
      await read().catch(() => undefined);
      if (ended || abort.signal.aborted) break;
      onState('reconnecting');
      wait = last === before ? Math.min(kMaxWait, wait * 2) : 500;
      await new Promise(resolve => setTimeout(resolve, wait));
    }
  }
  void run();
  return () => abort.abort();
}

function textOf(data: string): string {
  try {
    return String(JSON.parse(data));
  } catch {
    return data;
  }
}

/// The output of the attempt that is under way. Renders at most once per frame, however fast the command writes.
export function useLiveOutput(id: string, lostText: (bytes: number) => string) {
  const client = useQueryClient();
  const [buffer] = useState(() => new LineBuffer());
  const [state, setState] = useState<Follow>('connecting');
  const [attempt, setAttempt] = useState(0);
  const [version, setVersion] = useState(0);
  const say = useRef(lostText);
  useEffect(() => {
    say.current = lostText;
  });
  useEffect(() => {
    let frame = 0;
    const draw = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        setVersion(buffer.version);
      });
    };
    const stop = followOutput(id, {
      onState: setState,
      onEvent: ({ event, data }) => {
        if (event === 'stdout' || event === 'stderr') buffer.append({ stream: event, text: textOf(data) });
        else if (event === 'lost')
          buffer.append({ stream: 'stdout', text: `${say.current(Number(data))}\n` });
        else if (event === 'attempt') {
          buffer.clear();
          setAttempt(Number(data));
          void client.invalidateQueries({ queryKey: keys.execution(id) });
        } else if (event === 'end') {
          setState('ended');
          void client.invalidateQueries({ queryKey: keys.execution(id) });
        }
        draw();
      },
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [id, buffer, client]);
  return { lines: buffer.lines, dropped: buffer.dropped, version, state, attempt };
}
