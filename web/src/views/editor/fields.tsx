import { Input, NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLanguage, useText } from '../../i18n';
import { useEditor } from './context';
import { textAt } from './definition';
import classes from './editor.module.css';
import { memberAt } from './members';

/// Fields of the form. Each belongs to one member, by its path: label, description and example come from the reference,
/// errors from the server or the page. The id of a field is its path, so that a list of errors can focus it.
export type FieldProps = {
  path: string;
  label: string;
  /// Replaces the description of the reference or of the catalogue (`helps`); false: none.
  help?: ReactNode | false;
  /// The default, spelled out as the placeholder of an empty field.
  standard?: string | undefined;
};

export function useDescription(path: string): string {
  const language = useLanguage();
  return (memberAt(path)?.description[language] ?? '').replaceAll('`', '');
}

function useHelp(path: string, help: ReactNode | false | undefined): ReactNode {
  const description = useDescription(path);
  const helps: Record<string, string> = useText().editor.helps;
  return help === undefined ? (helps[path] ?? description) : help || undefined;
}

function usePlaceholder(path: string, standard: string | undefined): string | undefined {
  const t = useText();
  if (standard !== undefined) return t.editor.builtIn(standard);
  return memberAt(path)?.example || undefined;
}

const kOrder: ('label' | 'input' | 'error' | 'description')[] = ['label', 'input', 'error', 'description'];

export function TextField({
  path,
  label,
  help,
  standard,
  mono,
  rows,
  required,
  placeholder,
  numeric,
  onText,
}: FieldProps & {
  mono?: boolean;
  rows?: number;
  required?: boolean;
  placeholder?: string;
  numeric?: boolean;
  onText?: (text: string) => void;
}) {
  const { state, dispatch, set, errorAt } = useEditor();
  const fallback = usePlaceholder(path, standard);
  const input = numeric && textAt(state.draft, path) !== '' ? numberOrText : (text: string) => text;
  const common = {
    id: path,
    label,
    description: useHelp(path, help),
    placeholder: placeholder ?? fallback ?? '',
    inputWrapperOrder: kOrder,
    value: textAt(state.draft, path),
    error: errorAt(path),
    required: required ?? false,
    withAsterisk: false,
    spellCheck: false,
    autoComplete: 'off',
    classNames: { input: `${mono ? 'mono' : ''} ${standard === undefined ? '' : classes.standard}` },
    onChange: (event: { currentTarget: { value: string } }) => {
      const text = event.currentTarget.value;
      if (onText) onText(text);
      else set(path, numeric ? numberOrText(text) : input(text));
    },
    onBlur: () => dispatch({ type: 'touch', path }),
  };
  return rows ? (
    <Textarea {...common} autosize minRows={rows} maxRows={12} />
  ) : (
    <TextInput {...common} inputMode={numeric ? 'numeric' : 'text'} />
  );
}

/// A number stays a number; what is none stays a text, which is reported at the field.
function numberOrText(text: string): number | string {
  const trimmed = text.trim();
  return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : text;
}

export function ChoiceField({
  path,
  label,
  help,
  standard,
  options,
}: FieldProps & { options: Record<string, string> }) {
  const t = useText();
  const { state, dispatch, set, errorAt } = useEditor();
  const value = textAt(state.draft, path);
  const data = Object.entries(options).map(([name, text]) => ({ value: name, label: text }));
  if (standard !== undefined)
    data.unshift({ value: '', label: t.editor.builtIn(options[standard] ?? standard) });
  // A value that the document contains and the form does not know stays visible.
  if (value !== '' && !(value in options)) data.push({ value, label: value });
  return (
    <NativeSelect
      id={path}
      label={label}
      description={useHelp(path, help)}
      inputWrapperOrder={kOrder}
      data={data}
      value={value}
      error={errorAt(path)}
      onChange={event => set(path, event.currentTarget.value)}
      onBlur={() => dispatch({ type: 'touch', path })}
    />
  );
}

/// A frame for what is no single input: its label names the group.
export function GroupField({
  path,
  label,
  help,
  children,
}: {
  path: string;
  label: string;
  help?: ReactNode | false;
  children: ReactNode;
}) {
  const { errorAt } = useEditor();
  const description = useHelp(path, help);
  const error = errorAt(path);
  const hint = `${path}.hint`;
  return (
    <fieldset id={path} className={classes.group} aria-describedby={hint} tabIndex={-1}>
      <legend className={classes.legend}>{label}</legend>
      {children}
      <div id={hint}>
        {error ? <Input.Error className={classes.gap}>{error}</Input.Error> : null}
        {description ? <Input.Description className={classes.gap}>{description}</Input.Description> : null}
      </div>
    </fieldset>
  );
}

export function FieldGrid({ children, wide }: { children: ReactNode; wide?: boolean }) {
  return <div className={`${classes.grid} ${wide ? classes.gridWide : ''}`}>{children}</div>;
}
