import { createContext, useContext } from 'react';
import type { Json } from './definition';
import type { FieldError } from './errors';
import type { usePreview } from './queries';
import type { EditorAction, EditorState } from './state';

/// What the parts of the form share.
export type Editor = {
  /// Id of the job that is edited; null for a new one.
  jobId: string | null;
  state: EditorState;
  dispatch: (action: EditorAction) => void;
  set: (path: string, value: Json | undefined) => void;
  /// All errors that are shown at their fields: the server's, and the page's own where a field was left.
  errors: FieldError[];
  errorAt: (path: string) => string | undefined;
  preview: ReturnType<typeof usePreview>;
};

export const EditorContext = createContext<Editor | null>(null);

export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (!editor) throw new Error('useEditor: not within the editor');
  return editor;
}
