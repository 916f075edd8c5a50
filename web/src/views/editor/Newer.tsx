import { Button } from '@mantine/core';
import type { Schemas } from '../../api/client';
import { Icon } from '../../components/icons';
import { useLanguage, useText } from '../../i18n';
import { useNow } from '../../time/clock';
import { relative, toMillis } from '../../time/format';
import classes from './editor.module.css';

/// What is to be known before editing on: somebody else changed or deleted the job, or the job is a copy.
export function Newer({
  theirs,
  deleted,
  note,
  onCompare,
}: {
  theirs: Schemas['Job'] | null;
  deleted: boolean;
  note: string | undefined;
  onCompare: () => void;
}) {
  const t = useText();
  const language = useLanguage();
  const present = useNow(10_000);
  if (deleted)
    return (
      <div className={classes.banner} role="alert">
        <Icon name="warning" />
        <span>{t.editor.deletedBanner}</span>
      </div>
    );
  if (theirs)
    return (
      <div className={classes.banner} role="alert">
        <Icon name="warning" />
        <span>
          {t.editor.changedBanner(
            relative(Math.min(toMillis(theirs.updated_at) ?? present, present), present, language),
          )}
        </span>
        <Button size="compact-sm" variant="default" onClick={onCompare}>
          {t.editor.showDifference}
        </Button>
      </div>
    );
  if (!note) return null;
  return (
    <div className={`${classes.banner} ${classes.calm}`}>
      <Icon name="info" />
      <span>{note}</span>
    </div>
  );
}
