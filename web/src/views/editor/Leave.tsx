import { Button, Modal } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import type { RefObject } from 'react';
import { useText } from '../../i18n';
import classes from './editor.module.css';

/// Asks before a view with unsaved changes is left. `leaving` is set where the page itself leaves, after saving.
export function Leave({ changed, leaving }: { changed: boolean; leaving: RefObject<boolean> }) {
  const t = useText();
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => changed && !leaving.current && current.pathname !== next.pathname,
    enableBeforeUnload: () => changed && !leaving.current,
    withResolver: true,
  });
  return (
    <Modal
      opened={status === 'blocked'}
      onClose={() => reset?.()}
      title={t.editor.leaveTitle}
      classNames={{ title: classes.dialogTitle ?? '' }}
      closeButtonProps={{ 'aria-label': t.app.close }}
    >
      <p className={classes.under}>{t.editor.leave}</p>
      <div className={classes.dialogActions}>
        <Button variant="default" onClick={() => reset?.()} data-autofocus>
          {t.editor.leaveStay}
        </Button>
        <Button color="red.9" onClick={() => proceed?.()}>
          {t.editor.leaveGo}
        </Button>
      </div>
    </Modal>
  );
}
