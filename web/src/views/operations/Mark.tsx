import type { ReactNode } from 'react';
import { Icon, type IconName } from '../../components/icons';
import classes from './operations.module.css';

export type Tone = 'good' | 'warn' | 'bad' | 'calm';

const icons: Record<Tone, IconName> = { good: 'check', warn: 'warning', bad: 'cross', calm: 'dot' };

/// A state as icon, text and colour.
export function Mark({ tone, icon, children }: { tone: Tone; icon?: IconName; children: ReactNode }) {
  return (
    <span className={`${classes.pill} ${classes[tone]}`}>
      <Icon name={icon ?? icons[tone]} size={14} />
      {children}
    </span>
  );
}
