import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/keys';
import { type Caller, getIfKnown } from '../api/newer';
import { allows, type Permission, useSession } from './session';

/// Whether the caller has a permission: by GET /caller, or by the scopes of the token if the server does not have that
/// route; undefined until this is known.
export function useMay(permission: Permission): boolean | undefined {
  const { token, scopes } = useSession();
  const caller = useQuery({
    queryKey: keys.caller(token),
    queryFn: ({ signal }) => getIfKnown<Caller>('/caller', signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (caller.isPending) return undefined;
  return caller.data ? caller.data.permissions.includes(permission) : allows(scopes, permission);
}

/// Whether buttons that need this permission are shown. Nothing is shown until this is known, so that no button
/// disappears under the pointer.
export function useCan(permission: Permission): boolean {
  return useMay(permission) ?? false;
}
