import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';
import { useText } from '../i18n';
import { adviceFor } from './advice';
import { Icon, type IconName } from './icons';
import classes from './States.module.css';

/// The empty state of a view or panel. It teaches: the text says what would be here and how it comes to be.
export function EmptyState({
  icon,
  title,
  children,
  actions,
  compact,
}: {
  icon?: IconName;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  compact?: boolean;
}) {
  return (
    <div className={`${classes.state} ${compact ? classes.compact : ''}`}>
      {icon && !compact ? (
        <span className={classes.figure}>
          <Icon name={icon} size={20} />
        </span>
      ) : null}
      <p className={classes.title}>{title}</p>
      {children ? <p className="soft">{children}</p> : null}
      {actions ? <div className={classes.actions}>{actions}</div> : null}
    </div>
  );
}

/// A failed request: the server's sentence, what to do, and a button to try again.
export function ErrorState({
  error,
  onRetry,
  compact,
}: {
  error: unknown;
  onRetry?: () => void;
  compact?: boolean;
}) {
  const t = useText();
  const known = error instanceof ApiError ? error : null;
  return (
    <div className={`${classes.state} ${compact ? classes.compact : ''}`} role="alert">
      {compact ? null : (
        <span className={`${classes.figure} ${classes.bad}`}>
          <Icon name="warning" size={20} />
        </span>
      )}
      <p className={classes.title}>{t.error.title}</p>
      <p>{known && known.status > 0 ? known.message : null}</p>
      <p className="soft">{adviceFor(error, t)}</p>
      <ErrorDetails error={error} />
      {onRetry ? (
        <div className={classes.actions}>
          <Button variant="default" onClick={onRetry} leftSection={<Icon name="retry" />}>
            {t.action.retry}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

/// The cause for programs, the reason of each member, and the request id for the log.
export function ErrorDetails({ error }: { error: unknown }) {
  const t = useText();
  if (!(error instanceof ApiError) || error.status === 0) return null;
  return (
    <div className={classes.details}>
      {error.cause ? <div>{t.error.cause(error.cause, error.status)}</div> : null}
      {error.reasons.length > 0 ? (
        <ul>
          {error.reasons.map(({ field, reason }) => (
            <li key={`${field} ${reason}`}>
              <code>{field}</code>: {reason}
            </li>
          ))}
        </ul>
      ) : null}
      {error.status >= 500 && error.requestId ? (
        <div>
          {t.error.request}
          <code>{error.requestId}</code>
        </div>
      ) : null}
    </div>
  );
}

/// A grey bar in the place of text that is being loaded, of the text's size, so that nothing jumps.
export function Bone({ width = '100%', height = 12 }: { width?: number | string; height?: number | string }) {
  return (
    <div
      className={classes.bone}
      style={{ width, height, maxWidth: '100%', flex: 'none' }}
      aria-hidden="true"
    />
  );
}
