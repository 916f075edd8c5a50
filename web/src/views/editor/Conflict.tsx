import { Button, Modal, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { Icon } from '../../components/icons';
import { useLanguage, useText } from '../../i18n';
import { useNow } from '../../time/clock';
import { relative, toMillis } from '../../time/format';
import { useEditor } from './context';
import { type Definition, fromStored, type Json } from './definition';
import form from './editor.module.css';
import { type Difference, differences, isConflict, merged } from './merge';
import classes from './panes.module.css';

/// The difference to a version that another client has saved since the job was opened, member by member.
export function Conflict({
  theirs,
  onClose,
  onMerge,
  onReload,
}: {
  theirs: Schemas['Job'];
  onClose: () => void;
  onMerge: (base: Definition, draft: Definition) => void;
  onReload: (base: Definition) => void;
}) {
  const t = useText();
  const { state } = useEditor();
  const language = useLanguage();
  const present = useNow(10_000);
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set());
  const stored = fromStored(theirs);
  const all = differences(state.base, stored, state.draft);
  const order = { both: 0, theirs: 1, mine: 2 };
  all.sort((a, b) => order[a.by] - order[b.by]);
  const choose = (path: string, keepTheirs: boolean) => {
    const next = new Set(kept);
    if (keepTheirs) next.add(path);
    else next.delete(path);
    setKept(next);
  };
  const at = toMillis(theirs.updated_at);
  return (
    <Modal
      opened
      onClose={onClose}
      size={920}
      title={t.editor.conflict.title}
      classNames={{ title: form.dialogTitle ?? '' }}
      closeButtonProps={{ 'aria-label': t.app.close }}
    >
      <p className={form.under}>
        {t.editor.conflict.help}
        {at === null
          ? null
          : ` ${t.editor.conflict.changedAt(relative(Math.min(at, present), present, language))}`}
      </p>
      {all.length === 0 ? (
        <p className="soft">{t.editor.conflict.nothing}</p>
      ) : (
        <ul className={classes.differences}>
          {all.map(difference => (
            <Row
              key={difference.path}
              difference={difference}
              keepTheirs={kept.has(difference.path)}
              onChoose={keepTheirs => choose(difference.path, keepTheirs)}
            />
          ))}
        </ul>
      )}
      <div className={form.dialogActions}>
        <Button variant="default" onClick={() => onReload(stored)}>
          {t.editor.conflict.reload}
        </Button>
        <Button onClick={() => onMerge(stored, merged(stored, all, kept))} data-autofocus>
          {t.editor.conflict.merge}
        </Button>
      </div>
    </Modal>
  );
}

function Row({
  difference,
  keepTheirs,
  onChoose,
}: {
  difference: Difference;
  keepTheirs: boolean;
  onChoose: (keepTheirs: boolean) => void;
}) {
  const t = useText();
  const c = t.editor.conflict;
  const conflict = isConflict(difference);
  const title = { both: conflict ? c.both : c.same, theirs: c.onlyTheirs, mine: c.onlyMine }[difference.by];
  const used = difference.by === 'theirs' || (conflict && keepTheirs) ? 'theirs' : 'mine';
  return (
    <li className={conflict ? classes.conflicting : ''}>
      <div className={classes.differenceHead}>
        <code>{difference.path}</code>
        <span className={conflict ? classes.warn : 'soft'}>
          {conflict ? <Icon name="warning" size={14} /> : null} {title}
        </span>
        {conflict ? (
          <SegmentedControl
            size="xs"
            aria-label={difference.path}
            value={used}
            onChange={value => onChoose(value === 'theirs')}
            data={[
              { value: 'mine', label: c.keepMine },
              { value: 'theirs', label: c.keepTheirs },
            ]}
          />
        ) : null}
      </div>
      <dl className={classes.versions}>
        <Version label={c.before} value={difference.base} />
        <Version label={c.theirs} value={difference.theirs} chosen={used === 'theirs'} />
        <Version label={c.mine} value={difference.mine} chosen={used === 'mine'} />
      </dl>
    </li>
  );
}

function Version({ label, value, chosen }: { label: string; value: Json | undefined; chosen?: boolean }) {
  const t = useText();
  return (
    <div className={chosen ? classes.chosen : ''}>
      <dt>
        {label}
        {chosen ? <Icon name="check" size={12} /> : null}
      </dt>
      <dd>
        {value === undefined ? (
          <span className="soft">{t.editor.conflict.absent}</span>
        ) : (
          <code>{typeof value === 'string' ? value : JSON.stringify(value, null, 1)}</code>
        )}
      </dd>
    </div>
  );
}
