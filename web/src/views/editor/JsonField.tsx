import { useEffect, useState } from 'react';
import { stringify } from 'yaml';
import { CodeArea } from './CodeArea';
import { useEditor } from './context';
import { getAt, type Json } from './definition';
import { type Format, parse } from './document';
import classes from './editor.module.css';
import { GroupField } from './fields';

function textOf(value: Json | undefined, format: Format): string {
  if (value === undefined) return '';
  return format === 'json' ? JSON.stringify(value, null, 2) : stringify(value, { lineWidth: 0 }).trimEnd();
}

/// Reads any JSON value; a document of YAML must be an object.
function read(text: string, format: Format): { value: Json | undefined } | null {
  if (text.trim() === '') return { value: undefined };
  if (format === 'json')
    try {
      return { value: JSON.parse(text) as Json };
    } catch {
      return null;
    }
  const parsed = parse(text, format);
  return 'definition' in parsed ? { value: parsed.definition } : null;
}

/// A member with a value of any structure, written as JSON or YAML.
export function JsonField({
  path,
  label,
  help,
  invalid,
  format = 'json',
  rows = 3,
}: {
  path: string;
  label: string;
  help?: string;
  /// What is said while the text cannot be read.
  invalid: string;
  format?: Format;
  rows?: number;
}) {
  const { state, set, dispatch, errorAt } = useEditor();
  const value = getAt(state.draft, path);
  const [text, setText] = useState(() => textOf(value, format));
  const stored = JSON.stringify(value) ?? '';
  const parsed = read(text, format);
  // The document changed the value: the text follows, unless it says the same already.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a change of the value replaces the text
  useEffect(() => {
    const same = parsed !== null && (JSON.stringify(parsed.value) ?? '') === stored;
    if (!same) setText(textOf(value, format));
  }, [stored]);
  return (
    <GroupField path={path} label={label} {...(help ? { help } : {})}>
      <div className={classes.code}>
        <CodeArea
          value={text}
          format={format}
          label={label}
          rows={rows}
          plain
          invalid={parsed === null || errorAt(path) !== undefined}
          onBlur={() => dispatch({ type: 'touch', path })}
          onChange={next => {
            setText(next);
            const found = read(next, format);
            if (found) set(path, found.value);
          }}
        />
      </div>
      {parsed === null ? <div className={classes.note}>{invalid}</div> : null}
    </GroupField>
  );
}
