import { Kbd, Modal } from '@mantine/core';
import { Fragment } from 'react';
import { useText } from '../i18n';
import classes from './KeyboardHelp.module.css';
import { type Shortcut, useShortcuts } from './keyboard';

function Keys({ keys }: { keys: string }) {
  const t = useText();
  return keys.split(' ').map((key, index) => (
    <Fragment key={key}>
      {index > 0 ? <span className="soft"> {t.keyboard.thenKey} </span> : null}
      <Kbd>{key}</Kbd>
    </Fragment>
  ));
}

function Group({ title, shortcuts }: { title: string; shortcuts: Shortcut[] }) {
  if (shortcuts.length === 0) return null;
  return (
    <section>
      <h3 className={classes.group}>{title}</h3>
      <dl className={classes.list}>
        {shortcuts.map(({ keys, label }) => (
          <div key={keys} className={classes.row}>
            <dt>{label}</dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function KeyboardHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useText();
  const all = useShortcuts().filter(shortcut => shortcut.label);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t.keyboard.title}
      closeButtonProps={{ 'aria-label': t.app.close }}
    >
      <Group title={t.keyboard.here} shortcuts={all.filter(({ group }) => group === 'here')} />
      <Group
        title={t.keyboard.everywhere}
        shortcuts={[
          { keys: 'Ctrl+K', label: t.keyboard.palette, group: 'everywhere' },
          ...all.filter(({ group }) => group === 'everywhere'),
        ]}
      />
    </Modal>
  );
}
