import { useMemo } from 'react';
import classes from './CodeArea.module.css';
import type { Format } from './document';
import { tokensOf } from './highlight';

/// A field for a document: colours and line numbers behind a transparent textarea, so that selection, input methods,
/// undo and the keyboard are the browser's own.
export function CodeArea({
  id,
  value,
  onChange,
  onBlur,
  format,
  label,
  errorLine = null,
  invalid,
  rows = 4,
  plain,
}: {
  id?: string;
  value: string;
  onChange: (text: string) => void;
  onBlur?: () => void;
  format: Format;
  label: string;
  errorLine?: number | null;
  invalid?: boolean | undefined;
  rows?: number;
  /// Without line numbers, for short texts.
  plain?: boolean;
}) {
  const lines = useMemo(() => value.split('\n'), [value]);
  const shown = Math.max(rows, lines.length);
  return (
    <div className={`${classes.area} ${invalid ? classes.invalid : ''}`}>
      {plain ? null : (
        <div className={classes.gutter} aria-hidden="true">
          {Array.from({ length: shown }, (_, index) => index + 1).map(line => (
            <div key={line} className={line === errorLine ? classes.errorNumber : ''}>
              {line <= lines.length ? line : ' '}
            </div>
          ))}
        </div>
      )}
      <div className={classes.stack} style={{ minHeight: rows * 20 + 16 }}>
        <pre className={classes.colours} aria-hidden="true">
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other identity than its place
            <div key={index} className={index + 1 === errorLine ? classes.errorLine : ''}>
              {tokensOf(line, format).map((token, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <span key={at} className={classes[token.kind]}>
                  {token.text}
                </span>
              ))}
              {line === '' ? ' ' : null}
            </div>
          ))}
        </pre>
        <textarea
          id={id}
          className={classes.input}
          value={value}
          rows={shown}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          aria-label={label}
          aria-invalid={invalid || undefined}
          onChange={event => onChange(event.currentTarget.value)}
          onBlur={onBlur}
        />
      </div>
    </div>
  );
}
