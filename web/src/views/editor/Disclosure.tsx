import { type ReactNode, useEffect, useState } from 'react';
import { Icon } from '../../components/icons';
import { useEditor } from './context';
import { getAt } from './definition';
import classes from './editor.module.css';
import { concerns } from './errors';

/// Settings that few jobs need. It is open if one of its members is set or has an error.
export function Disclosure({
  label,
  paths,
  children,
}: {
  label: string;
  paths: string[];
  children: ReactNode;
}) {
  const { state, errors } = useEditor();
  const [open, setOpen] = useState(() => paths.some(path => getAt(state.draft, path) !== undefined));
  const failed = paths.some(path => errors.some(error => concerns(error, path)));
  useEffect(() => {
    if (failed) setOpen(true);
  }, [failed]);
  return (
    <details className={classes.disclosure} open={open} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="chevron" size={14} />
        {label}
      </summary>
      <div className={classes.disclosed}>{children}</div>
    </details>
  );
}
