import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { api, call, callPage, type Schemas } from '../../api/client';
import { keys } from '../../api/keys';
import { toastDone, toastFailed } from '../../components/toasts';
import { useLanguage, useText } from '../../i18n';
import { instant } from '../overview/queries';

export type Cluster = Schemas['Cluster'];
export type ConfigurationOption = Schemas['ConfiguredOption'];

export function useClusterState() {
  return useQuery({
    queryKey: [...keys.cluster, 'operations'],
    queryFn: ({ signal }): Promise<Cluster> => call(api.GET('/cluster', { signal })),
    refetchInterval: 5_000,
  });
}

export type PauseChange = { pause: boolean; all: boolean };

/// Pauses or resumes planned executions of the tenant or of all tenants.
export function usePause(onDone: () => void) {
  const t = useText();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ pause, all }: PauseChange) =>
      pause
        ? call(api.POST('/scheduling/pause', { body: { all } }))
        : call(api.POST('/scheduling/resume', { body: { all } })),
    onSuccess: (state, { pause }) => {
      client.setQueryData(keys.scheduling, state);
      void client.invalidateQueries({ queryKey: keys.overview });
      toastDone(pause ? t.palette.paused : t.palette.resumed);
      onDone();
    },
    onError: error => toastFailed(error),
  });
}

const kPage = 50;

export function useDeadLetterPages() {
  return useInfiniteQuery({
    queryKey: keys.deadLetters({ list: true }),
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: kPage, ...(pageParam ? { after: pageParam } : {}) };
      return callPage<Schemas['DeadLetter']>(api.GET('/deadletter', { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: last => last.after,
    refetchInterval: 30_000,
  });
}

/// Delivers dead letters again, all or none.
export function useRedelivery(onDone: () => void) {
  const t = useText();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (ids: string[]) =>
      call(
        api.POST('/deadletter/{dead_letter_id}/redeliver', {
          params: { path: { dead_letter_id: ids.join(',') } },
        }),
      ),
    onSuccess: (_, ids) => {
      toastDone(t.operations.letters.redelivered(ids.length));
      onDone();
    },
    onError: error => toastFailed(error),
    onSettled: () => client.invalidateQueries({ queryKey: ['deadletter'] }),
  });
}

export function useAuditPages(object: string | undefined, since: number | null) {
  const limits = {
    limit: kPage,
    ...(object ? { object } : {}),
    ...(since === null ? {} : { begin_at: instant(since) }),
  };
  return useInfiniteQuery({
    queryKey: keys.audit({ list: limits }),
    queryFn: ({ pageParam, signal }) => {
      const query = { ...limits, ...(pageParam ? { after: pageParam } : {}) };
      return callPage<Schemas['Audit']>(api.GET('/audit', { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: last => last.after,
    refetchInterval: 30_000,
  });
}

/// The configuration of the node that answers.
export function useConfiguration() {
  const language = useLanguage();
  return useQuery({
    queryKey: keys.configuration(language),
    queryFn: ({ signal }) => call(api.GET('/configuration', { signal })),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}
