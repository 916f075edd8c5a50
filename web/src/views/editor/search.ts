import { compact, oneOf, type RawSearch, textOf } from '../../app/search';

/// What the address of this view contains besides its path: `from` is the job of which a copy is made, `cron` replaces
/// the expression (a link of the schedule view proposes one), `side` is what narrow screens show.
export type EditorSearch = {
  from?: string;
  cron?: string;
  side?: 'document';
};

export function parseEditorSearch(raw: RawSearch): EditorSearch {
  return compact({
    from: textOf(raw.from),
    cron: textOf(raw.cron),
    side: oneOf(raw.side, ['document']),
  }) as EditorSearch;
}
