import { kPrefix } from '../api/client';

export type Refusal = 'refused' | 'forbidden' | 'unavailable' | 'offline';

/// Asks the server about a token, without changing the session. Returns why it cannot be used; null: it can. A server
/// without `GET /caller` is asked for something that requires the permission to read.
export async function probe(value: string): Promise<Refusal | null> {
  const ask = (path: string) => fetch(`${kPrefix}${path}`, { headers: { Authorization: `Bearer ${value}` } });
  try {
    let response = await ask('/caller');
    const known = response.status !== 404;
    if (!known) response = await ask('/scheduling');
    if (response.status === 401) return 'refused';
    if (response.status === 403) return 'forbidden';
    if (!response.ok) return 'unavailable';
    if (!known) return null;
    const { permissions } = (await response.json()) as { permissions: string[] };
    return permissions.includes('read') ? null : 'forbidden';
  } catch {
    return 'offline';
  }
}
