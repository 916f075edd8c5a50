import type { RawSearch } from '../../app/search';

/// What the address of this view contains besides its path.
export type ScheduleSearch = Record<never, never>;

export function parseScheduleSearch(_raw: RawSearch): ScheduleSearch {
  return {};
}
