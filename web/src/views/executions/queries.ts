import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api, callPage, type Schemas } from '../../api/client';
import { onEvent } from '../../api/live';
import type { ExecutionsSearch } from './search';

export type Execution = Schemas['ExecutionSummary'];

const kPage = 100;
const kInterval = 2_000;

/// RFC 3339 in whole seconds, as the API's parameters expect it.
export function instant(millis: number): string {
  return new Date(millis).toISOString().replace(/\.\d+Z/, 'Z');
}

/// Executions page by page. They follow the events while only the newest page is shown; with earlier pages the list
/// stands still, so that it does not move below the reader and does not read all pages again.
export function useExecutions(search: ExecutionsSearch) {
  const client = useQueryClient();
  const queryKey = ['history', 'executions', search];
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => {
      const { state, trigger, job, name, from, to } = search;
      const params = {
        limit: kPage,
        ...(state ? { state } : {}),
        ...(trigger ? { trigger } : {}),
        ...(job ? { job_id: job } : {}),
        ...(name ? { name } : {}),
        ...(from ? { begin_at: from } : {}),
        ...(to ? { end_at: to } : {}),
        ...(pageParam ? { after: pageParam } : {}),
      };
      return callPage<Execution>(api.GET('/jobexecution', { params: { query: params }, signal }));
    },
    initialPageParam: '',
    getNextPageParam: page => page.after ?? undefined,
    placeholderData: before => before,
    refetchOnWindowFocus: false,
  });
  const paused = (query.data?.pages.length ?? 0) > 1;
  const stopped = useRef(paused);
  useEffect(() => {
    stopped.current = paused;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is equal while its text is
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onEvent(({ event }) => {
      if ((event !== 'execution' && event !== 'lost') || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        if (!stopped.current) void client.invalidateQueries({ queryKey });
      }, kInterval);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client, JSON.stringify(search)]);
  return {
    ...query,
    paused,
    /// Shows the newest page only, and follows again.
    toNewest: () => client.resetQueries({ queryKey }),
  };
}
