import { useQuery } from '@tanstack/react-query';
import { api, call, type Schemas } from '../api/client';
import { keys } from '../api/keys';
import { useSession } from './session';

/// Who the token belongs to and what it permits. The server decides about every request; this only hides what it would
/// refuse.
export function useCaller() {
  const { token } = useSession();
  return useQuery({
    queryKey: keys.caller(token),
    queryFn: ({ signal }) => call(api.GET('/caller', { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/// Whether the caller has a permission; undefined until this is known.
export function useMay(permission: Schemas['Permission']): boolean | undefined {
  return useCaller().data?.permissions.includes(permission);
}

/// Whether buttons that need this permission are shown. Nothing is shown until this is known, so that no button
/// disappears under the pointer.
export function useCan(permission: Schemas['Permission']): boolean {
  return useMay(permission) ?? false;
}
