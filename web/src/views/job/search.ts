import type { RawSearch } from '../../app/search';

/// What the address of this view contains besides its path.
export type JobSearch = Record<never, never>;

export function parseJobSearch(_raw: RawSearch): JobSearch {
  return {};
}
