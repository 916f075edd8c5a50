import type { RawSearch } from '../../app/search';

/// What the address of this view contains besides its path.
export type OperationsSearch = Record<never, never>;

export function parseOperationsSearch(_raw: RawSearch): OperationsSearch {
  return {};
}
