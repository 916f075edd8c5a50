import { ActionIcon, Button, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Icon } from '../../components/icons';
import { useText } from '../../i18n';
import { useEditor } from './context';
import { getAt, isObject, type JsonObject } from './definition';
import classes from './editor.module.css';
import { GroupField } from './fields';

type Row = { key: number; name: string; value: string };

let nextKey = 1;

const rowsOf = (map: JsonObject): Row[] =>
  Object.entries(map).map(([name, value]) => ({
    key: nextKey++,
    name,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));

const mapOf = (rows: Row[]): JsonObject =>
  Object.fromEntries(rows.filter(row => row.name !== '').map(row => [row.name, row.value]));

/// An object of texts as rows of name and value. Rows without a name exist here only.
export function KeyValues({
  path,
  label,
  help,
  names,
}: {
  path: string;
  label: string;
  help?: ReactNode | false;
  names?: string[];
}) {
  const t = useText();
  const { state, set } = useEditor();
  const found = getAt(state.draft, path);
  const map = isObject(found) ? found : {};
  const [rows, setRows] = useState(() => rowsOf(map));
  const root = useRef<HTMLDivElement>(null);
  const [added, setAdded] = useState(0);
  const text = JSON.stringify(map);
  // The document changed the object: rows that say the same stay as they are.
  useEffect(() => {
    setRows(before => (JSON.stringify(mapOf(before)) === text ? before : rowsOf(JSON.parse(text))));
  }, [text]);
  useEffect(() => {
    if (added > 0) root.current?.querySelector<HTMLInputElement>(`[data-row="${added}"]`)?.focus();
  }, [added]);

  const change = (next: Row[]) => {
    setRows(next);
    const object = mapOf(next);
    set(path, Object.keys(object).length > 0 ? object : undefined);
  };
  const update = (key: number, part: Partial<Row>) =>
    change(rows.map(row => (row.key === key ? { ...row, ...part } : row)));
  const twice = rows.find(
    (row, index) => row.name !== '' && rows.findIndex(each => each.name === row.name) < index,
  )?.name;
  return (
    <GroupField path={path} label={label} help={help ?? undefined}>
      <div className={classes.rows} ref={root}>
        {rows.map((row, index) => (
          <div key={row.key} className={classes.keyRow}>
            <TextInput
              aria-label={t.editor.rowName(label, index + 1)}
              placeholder={t.editor.keyName}
              data-row={row.key}
              value={row.name}
              list={names ? `${path}.names` : undefined}
              spellCheck={false}
              classNames={{ input: 'mono' }}
              onChange={event => update(row.key, { name: event.currentTarget.value })}
            />
            <TextInput
              aria-label={t.editor.rowValue(label, index + 1)}
              placeholder={t.editor.keyValue}
              value={row.value}
              spellCheck={false}
              classNames={{ input: 'mono' }}
              onChange={event => update(row.key, { value: event.currentTarget.value })}
            />
            <ActionIcon
              size={34}
              aria-label={t.editor.removeRow(row.name)}
              onClick={() => change(rows.filter(each => each.key !== row.key))}
            >
              <Icon name="cross" />
            </ActionIcon>
          </div>
        ))}
        {names ? (
          <datalist id={`${path}.names`}>
            {names.map(name => (
              <option key={name} value={name} />
            ))}
          </datalist>
        ) : null}
        {twice ? <div className={classes.note}>{t.editor.duplicateName(twice)}</div> : null}
        <Button
          variant="default"
          size="compact-sm"
          className={classes.addRow ?? ''}
          leftSection={<Icon name="plus" size={14} />}
          aria-label={`${t.editor.add}: ${label}`}
          onClick={() => {
            const key = nextKey++;
            setRows([...rows, { key, name: '', value: '' }]);
            setAdded(key);
          }}
        >
          {t.editor.add}
        </Button>
      </div>
    </GroupField>
  );
}
