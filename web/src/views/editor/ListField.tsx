import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useEditor } from './context';
import { memberAt } from './members';

/// A list of short texts, written with commas.
export function ListField({
  path,
  label,
  help,
  value,
  onChange,
}: {
  path: string;
  label: string;
  help: string;
  value: string[];
  onChange: (items: string[]) => void;
}) {
  const { dispatch, errorAt } = useEditor();
  const [text, setText] = useState(() => value.join(', '));
  const items = (from: string) =>
    from
      .split(/[,，\s]+/)
      .map(item => item.trim())
      .filter(Boolean);
  // The document changed the list: the text follows, but keeps a comma that is being typed.
  const shown = items(text).join() === value.join() ? text : value.join(', ');
  return (
    <TextInput
      id={path}
      label={label}
      description={help}
      inputWrapperOrder={['label', 'input', 'error', 'description']}
      placeholder={(memberAt(path)?.example ?? '').replace(/[[\]"]/g, '').replaceAll(',', ', ')}
      value={shown}
      error={errorAt(path)}
      spellCheck={false}
      autoComplete="off"
      onChange={event => {
        setText(event.currentTarget.value);
        onChange(items(event.currentTarget.value));
      }}
      onBlur={() => dispatch({ type: 'touch', path })}
    />
  );
}
