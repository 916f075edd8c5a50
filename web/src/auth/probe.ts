import { kPrefix, type Schemas } from '../api/client';

export type Refusal = 'refused' | 'forbidden' | 'unavailable' | 'offline';

/// Asks the server about a token, without changing the session. Returns why it cannot be used; null: it can.
export async function probe(value: string): Promise<Refusal | null> {
  try {
    const response = await fetch(`${kPrefix}/caller`, { headers: { Authorization: `Bearer ${value}` } });
    if (response.status === 401) return 'refused';
    if (response.status === 403) return 'forbidden';
    if (!response.ok) return 'unavailable';
    const { permissions }: Schemas['Caller'] = await response.json();
    return permissions.includes('read') ? null : 'forbidden';
  } catch {
    return 'offline';
  }
}
