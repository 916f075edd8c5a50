import type { RawSearch } from '../../app/search';

/// What the address of this view contains besides its path.
export type EditorSearch = Record<never, never>;

export function parseEditorSearch(_raw: RawSearch): EditorSearch {
  return {};
}
