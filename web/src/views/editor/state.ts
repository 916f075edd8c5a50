import { type Definition, equal, getAt, setAt } from './definition';
import { type Format, type ParseFailure, parse, serialize } from './document';
import { concerns, type FieldError } from './errors';

/// The state of the editor. The definition is what both sides show; the text is its document, which differs from it only
/// while the document has an error.
export type EditorState = {
  /// What is stored, or what a new job begins with: the draft differs from it if there are unsaved changes.
  base: Definition;
  /// Revision that was loaded; null for a new job.
  revision: number | null;
  draft: Definition;
  format: Format;
  text: string;
  failure: ParseFailure | null;
  /// Errors of the last refused request; each disappears when its member changes.
  refused: FieldError[];
  /// Paths that the person has left, whose problems are shown.
  touched: ReadonlySet<string>;
  /// True after an attempt to save: all problems are shown.
  submitted: boolean;
};

export type EditorAction =
  | { type: 'set'; path: string; value: Parameters<typeof setAt>[2] }
  | { type: 'replace'; draft: Definition }
  | { type: 'text'; text: string }
  | { type: 'format'; format: Format }
  | { type: 'touch'; path: string }
  | { type: 'submit' }
  | { type: 'refuse'; errors: FieldError[] }
  /// Another version becomes the base: after loading it again, or after a merge.
  | { type: 'rebase'; base: Definition; revision: number; draft: Definition };

export function initialState(
  base: Definition,
  revision: number | null,
  draft: Definition = base,
  format: Format = 'yaml',
): EditorState {
  return {
    base,
    revision,
    draft,
    format,
    text: serialize(draft, format),
    failure: null,
    refused: [],
    touched: new Set(),
    submitted: false,
  };
}

/// Returns the errors whose members have not changed.
function remaining(errors: FieldError[], before: Definition, after: Definition): FieldError[] {
  return errors.filter(error => {
    const path = error.path.replace(/\[.*$/, '');
    return JSON.stringify(getAt(before, path)) === JSON.stringify(getAt(after, path));
  });
}

function withDraft(state: EditorState, draft: Definition): EditorState {
  return {
    ...state,
    draft,
    text: serialize(draft, state.format),
    failure: null,
    refused: remaining(state.refused, state.draft, draft),
  };
}

export function reduce(state: EditorState, action: EditorAction): EditorState {
  switch (action.type) {
    case 'set': {
      const next = withDraft(state, setAt(state.draft, action.path, action.value));
      return { ...next, refused: next.refused.filter(error => !concerns(error, action.path)) };
    }
    case 'replace':
      return withDraft(state, action.draft);
    case 'text': {
      const parsed = parse(action.text, state.format);
      if ('failure' in parsed) return { ...state, text: action.text, failure: parsed.failure };
      return { ...withDraft(state, parsed.definition), text: action.text };
    }
    case 'format':
      if (action.format === state.format) return state;
      return {
        ...state,
        format: action.format,
        text: serialize(state.draft, action.format),
        failure: null,
      };
    case 'touch':
      if (state.touched.has(action.path)) return state;
      return { ...state, touched: new Set([...state.touched, action.path]) };
    case 'submit':
      return { ...state, submitted: true, refused: [] };
    case 'refuse':
      return { ...state, refused: action.errors };
    case 'rebase':
      return {
        ...initialState(action.base, action.revision, action.draft, state.format),
        touched: state.touched,
        submitted: state.submitted,
      };
  }
}

export function isChanged(state: EditorState): boolean {
  return state.failure !== null || !equal(state.base, state.draft);
}
