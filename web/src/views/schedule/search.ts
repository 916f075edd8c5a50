import { compact, oneOf, type RawSearch, textOf } from '../../app/search';

/// What the address of this view contains besides its path: the tab, the chosen cell from its first instant to its end, the
/// minute of its hour, what the map of the past counts, the window of missed occurrences in days, and their job.
export type ScheduleSearch = {
  view?: (typeof views)[number];
  at?: string;
  to?: string;
  minute?: string;
  count?: (typeof counts)[number];
  days?: (typeof windows)[number];
  job?: string;
};

export const views = ['past', 'missed'] as const;
export const counts = ['failed', 'late'] as const;
export const windows = ['1', '30'] as const;

function instantOf(value: unknown): string | undefined {
  const found = textOf(value);
  return found && !Number.isNaN(Date.parse(found)) ? found : undefined;
}

export function parseScheduleSearch(raw: RawSearch): ScheduleSearch {
  const at = instantOf(raw.at);
  return compact({
    view: oneOf(raw.view, views),
    at,
    to: at ? instantOf(raw.to) : undefined,
    minute: instantOf(raw.minute),
    count: oneOf(raw.count, counts),
    days: oneOf(raw.days, windows),
    job: textOf(raw.job),
  }) as ScheduleSearch;
}
