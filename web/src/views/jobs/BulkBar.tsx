import { Button, CloseButton, Modal, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useCan } from '../../auth/permissions';
import { Icon } from '../../components/icons';
import { useText } from '../../i18n';
import { kRunLimit } from './bulk';
import classes from './jobs.module.css';

type Props = {
  count: number;
  /// The text of an action that is under way; the buttons wait.
  progress: string | null;
  /// Selects everything that the filters match; null: all of it is loaded already.
  onSelectAll: (() => void) | null;
  onClear: () => void;
  onEnable: (enable: boolean) => void;
  onRun: () => void;
  onDelete: () => void;
  onLabel: (name: string, value: string) => void;
};

/// Actions for the selected jobs, at the bottom of the window.
export function BulkBar(props: Props) {
  const { count, progress, onSelectAll, onClear, onEnable, onRun, onDelete, onLabel } = props;
  const t = useText();
  const mayExecute = useCan('execute');
  const [labelling, setLabelling] = useState(false);
  const busy = progress !== null;
  const button = { size: 'compact-sm', variant: 'subtle', disabled: busy } as const;
  return (
    <div className={`${classes.bulk} no-print`} data-bar role="toolbar" aria-label={t.jobs.bulk.label}>
      <span className={`${classes.bulkCount} num`} aria-live="polite">
        {progress ?? t.jobs.bulk.selected(count)}
      </span>
      {onSelectAll && !busy ? (
        <Button {...button} onClick={onSelectAll}>
          {t.jobs.bulk.allMatching}
        </Button>
      ) : null}
      <span className={classes.bulkLine} aria-hidden="true" />
      <Button {...button} leftSection={<Icon name="power" />} onClick={() => onEnable(true)}>
        {t.action.enable}
      </Button>
      <Button {...button} leftSection={<Icon name="pause" />} onClick={() => onEnable(false)}>
        {t.action.disable}
      </Button>
      {mayExecute ? (
        <Button
          {...button}
          leftSection={<Icon name="executions" />}
          disabled={busy || count > kRunLimit}
          title={count > kRunLimit ? t.jobs.bulk.runLimit(kRunLimit) : undefined}
          onClick={onRun}
        >
          {t.action.run}
        </Button>
      ) : null}
      <Button {...button} leftSection={<Icon name="tag" />} onClick={() => setLabelling(true)}>
        {t.jobs.bulk.addLabel}
      </Button>
      <Button {...button} className={classes.danger} leftSection={<Icon name="trash" />} onClick={onDelete}>
        {t.action.delete}
      </Button>
      <CloseButton aria-label={t.jobs.bulk.none} onClick={onClear} disabled={busy} />
      <LabelDialog
        count={count}
        opened={labelling}
        onClose={() => setLabelling(false)}
        onApply={(name, value) => {
          setLabelling(false);
          onLabel(name, value);
        }}
      />
    </div>
  );
}

function LabelDialog({
  count,
  opened,
  onClose,
  onApply,
}: {
  count: number;
  opened: boolean;
  onClose: () => void;
  onApply: (name: string, value: string) => void;
}) {
  const t = useText();
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) onApply(name.trim(), value.trim());
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t.jobs.bulk.labelTitle(count)}
      closeButtonProps={{ 'aria-label': t.app.close }}
    >
      <form onSubmit={submit} className={classes.labelForm}>
        <TextInput
          label={t.jobs.bulk.labelName}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label={t.jobs.bulk.labelValue}
          description={t.jobs.bulk.labelHelp}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={value}
          onChange={event => setValue(event.currentTarget.value)}
        />
        <div className={classes.dialogActions}>
          <Button variant="default" onClick={onClose}>
            {t.action.cancel}
          </Button>
          <Button type="submit" disabled={!name.trim()}>
            {t.jobs.bulk.labelApply}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
