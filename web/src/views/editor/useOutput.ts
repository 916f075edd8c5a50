import { useEffect, useState } from 'react';
import { kPrefix } from '../../api/client';
import { EventParser } from '../../api/event_parser';
import { token } from '../../auth/session';

const kMost = 64 * 1024;

/// The output of a command while it runs. It is what arrived so far; the attempt has it as a whole in the end.
export function useOutput(executeId: string | null): string {
  const [output, setOutput] = useState('');
  useEffect(() => {
    setOutput('');
    if (!executeId) return;
    const abort = new AbortController();
    const read = async () => {
      const bearer = token();
      const response = await fetch(`${kPrefix}/jobexecution/${executeId}/output?follow=1`, {
        headers: { Accept: 'text/event-stream', ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}) },
        signal: abort.signal,
      });
      if (!response.ok || !response.body) return;
      const parser = new EventParser(({ event, data }) => {
        if (event === 'stdout' || event === 'stderr')
          setOutput(before => `${before}${JSON.parse(data)}`.slice(-kMost));
      });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        parser.push(value);
      }
    };
    read().catch(() => undefined);
    return () => abort.abort();
  }, [executeId]);
  return output;
}
