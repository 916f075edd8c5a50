import { Tooltip } from '@mantine/core';
import { useText } from '../i18n';
import { Icon, type IconName } from './icons';
import classes from './StateBadge.module.css';

/// States of executions as the API names them; `none`: a job that never ran; `missed`, `planned`: occurrences.
export type State =
  | 'success'
  | 'executing'
  | 'failure'
  | 'abandon'
  | 'interrupt'
  | 'pending'
  | 'unknown'
  | 'none'
  | 'missed'
  | 'planned';

const icons: Record<State, IconName> = {
  success: 'check',
  executing: 'executions',
  failure: 'retry',
  abandon: 'cross',
  interrupt: 'stop',
  pending: 'clock',
  unknown: 'question',
  none: 'dot',
  missed: 'skip',
  planned: 'schedule',
};

/// A state as icon, text and colour. `compact` shows the icon only; its text is read aloud and in the tooltip.
export function StateBadge({ state, compact = false }: { state: State; compact?: boolean }) {
  const t = useText();
  const label = t.state[state];
  if (compact)
    return (
      <Tooltip label={label}>
        <span className={`${classes.mark} ${classes[state]}`} role="img" aria-label={label}>
          <Icon name={icons[state]} />
        </span>
      </Tooltip>
    );
  return (
    <span className={`${classes.badge} ${classes[state]}`} title={t.stateHelp[state]}>
      <Icon name={icons[state]} size={12} />
      {label}
    </span>
  );
}
