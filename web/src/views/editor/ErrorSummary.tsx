import { useEffect, useRef, useState } from 'react';
import { ApiError } from '../../api/client';
import { adviceFor } from '../../components/advice';
import { ErrorDetails } from '../../components/States';
import { useText } from '../../i18n';
import { useEditor } from './context';
import classes from './editor.module.css';
import type { FieldError } from './errors';

/// Brings the field of a path into view and focuses it. Fields of a part of a member have the path of the member.
export function focusField(path: string): void {
  let at = path.replace(/\[.*$/, '');
  for (;;) {
    const field = document.getElementById(at);
    if (field) {
      field.closest('details')?.setAttribute('open', '');
      field.scrollIntoView({ block: 'center' });
      field.focus({ preventScroll: true });
      return;
    }
    if (!at.includes('.')) break;
    at = at.slice(0, at.lastIndexOf('.'));
  }
  document.getElementById('document')?.focus();
}

/// The label of a field, or the name of a member that has none in the form.
function FieldName({ path }: { path: string }) {
  const [label, setLabel] = useState<string | null>(null);
  useEffect(() => {
    const field = document.getElementById(path);
    const labelled = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
    const found = labelled ? field.labels?.[0] : field?.querySelector(':scope > legend');
    setLabel(found?.textContent ?? null);
  }, [path]);
  return label ? <span>{label}</span> : <code>{path.replace(/^job_context\./, '')}</code>;
}

/// Why a job could not be saved: the fields with their reasons, or what else the server said. `attempt` counts the
/// attempts: each brings the summary into view.
export function ErrorSummary({
  errors,
  failure,
  attempt,
}: {
  errors: FieldError[];
  failure: unknown;
  attempt: number;
}) {
  const t = useText();
  const { state } = useEditor();
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (attempt > 0) root.current?.focus();
  }, [attempt]);
  const shown = state.submitted ? errors : [];
  // What is said at fields needs no second account.
  const general = failure !== null && !(failure instanceof ApiError && shown.length > 0);
  if (shown.length === 0 && !general) return null;
  return (
    <div ref={root} className={classes.summary} role="alert" tabIndex={-1}>
      <h2>{shown.length > 0 ? t.editor.errorsTitle(shown.length) : t.editor.notSaved}</h2>
      {general ? (
        <>
          <p>{failure instanceof Error ? failure.message : null}</p>
          <p className="soft">{adviceFor(failure, t)}</p>
          <ErrorDetails error={failure} />
        </>
      ) : null}
      {shown.length > 0 ? (
        <ul>
          {shown.map(({ path, reason }) => (
            <li key={`${path} ${reason}`}>
              <button type="button" onClick={() => focusField(path)}>
                <FieldName path={path} />
              </button>
              <span>{reason}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
