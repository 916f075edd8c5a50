/// One changed member of an audit record; null: it was, or is, not set.
export type Change = { member: string; from: string | null; to: string | null };

function textOf(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/// Returns the changes of an audit record, without those from nothing to nothing: a new job states each empty member.
export function changesOf(difference: unknown): Change[] {
  if (typeof difference !== 'object' || difference === null) return [];
  return Object.entries(difference as Record<string, { from?: unknown; to?: unknown } | null>)
    .map(([member, values]) => ({ member, from: textOf(values?.from), to: textOf(values?.to) }))
    .filter(({ from, to }) => from !== to);
}
