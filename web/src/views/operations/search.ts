import { compact, oneOf, type RawSearch, textOf } from '../../app/search';

/// What the address of this view contains besides its path: the tab; of the audit log the object and the window in days; of
/// the configuration the text to find and whether only changed options are shown;
/// `ask`: the question before a pause is open.
export type OperationsSearch = {
  view?: (typeof views)[number];
  object?: string;
  days?: (typeof windows)[number];
  find?: string;
  changed?: 'true';
  ask?: 'pause';
};

export const views = ['deadletters', 'audit', 'configuration'] as const;
export const windows = ['1', '7', '30'] as const;

export function parseOperationsSearch(raw: RawSearch): OperationsSearch {
  return compact({
    view: oneOf(raw.view, views),
    object: textOf(raw.object),
    days: oneOf(raw.days, windows),
    find: textOf(raw.find),
    changed: oneOf(raw.changed, ['true']),
    ask: oneOf(raw.ask, ['pause']),
  }) as OperationsSearch;
}
