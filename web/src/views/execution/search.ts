import type { RawSearch } from '../../app/search';

/// What the address of this view contains besides its path.
export type ExecutionSearch = Record<never, never>;

export function parseExecutionSearch(_raw: RawSearch): ExecutionSearch {
  return {};
}
