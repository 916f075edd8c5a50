import { useQuery } from '@tanstack/react-query';
import { api, call } from '../api/client';
import { keys } from '../api/keys';

/// Whether planned executions start, or are paused for the tenant or for all tenants.
export function useScheduling() {
  return useQuery({
    queryKey: keys.scheduling,
    queryFn: ({ signal }) => call(api.GET('/scheduling', { signal })),
    refetchInterval: 30_000,
  });
}
