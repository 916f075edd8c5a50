import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/keys';
import { type Caller, getIfKnown } from '../api/newer';
import { allows, type Permission, useSession } from './session';

/// Whether buttons that need this permission are shown: by GET /caller, or by the scopes of the token if the server does
/// not have that route. Nothing is shown until this is known, so that no button disappears under the pointer.
export function useCan(permission: Permission): boolean {
  const { token, scopes } = useSession();
  const caller = useQuery({
    queryKey: keys.caller(token),
    queryFn: ({ signal }) => getIfKnown<Caller>('/caller', signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (caller.isPending) return false;
  return caller.data ? caller.data.permissions.includes(permission) : allows(scopes, permission);
}
