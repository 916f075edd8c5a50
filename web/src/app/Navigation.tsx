import { Kbd, Tooltip } from '@mantine/core';
import { Link, type LinkProps } from '@tanstack/react-router';
import { useLive } from '../api/live';
import { useCaller } from '../auth/permissions';
import { signOut, useSession } from '../auth/session';
import { Icon, type IconName } from '../components/icons';
import { useText } from '../i18n';
import classes from './Navigation.module.css';
import { SettingsMenu } from './SettingsMenu';

const mac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

export function Navigation({ onSearch, onHelp }: { onSearch: () => void; onHelp: () => void }) {
  const t = useText();
  return (
    <div className={classes.column}>
      <div className={classes.brand}>
        <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" fill="#4f52c8" />
          <circle cx="16" cy="16" r="9" fill="none" stroke="#fff" strokeWidth="2.5" />
          <path d="M16 11v5l3.5 2.5" fill="none" stroke="#fff" strokeWidth="2.5" strokeLinecap="round" />
        </svg>
        <span>{t.app.name}</span>
      </div>
      <button type="button" className={classes.search} onClick={onSearch}>
        <Icon name="search" />
        <span className={classes.grow}>{t.palette.open}</span>
        <Kbd size="xs">{mac ? '⌘K' : 'Ctrl K'}</Kbd>
      </button>
      <nav aria-label={t.nav.label} className={classes.nav}>
        <Item to="/" icon="overview" label={t.nav.overview} exact />
        <Item to="/jobs" icon="jobs" label={t.nav.jobs} />
        <Item to="/executions" icon="executions" label={t.nav.executions} />
        <Item to="/schedule" icon="schedule" label={t.nav.schedule} />
        <Item to="/operations" icon="operations" label={t.nav.operations} />
      </nav>
      <div className={classes.foot}>
        <LiveMark />
        <Account />
        <div className={classes.row}>
          <SettingsMenu />
          <Tooltip label={t.keyboard.title}>
            <button type="button" className={classes.small} aria-label={t.keyboard.title} onClick={onHelp}>
              <span aria-hidden="true">?</span>
            </button>
          </Tooltip>
        </div>
      </div>
    </div>
  );
}

function Item({
  to,
  icon,
  label,
  exact = false,
}: {
  to: LinkProps['to'];
  icon: IconName;
  label: string;
  exact?: boolean;
}) {
  return (
    <Link
      to={to}
      className={classes.item}
      activeOptions={{ exact, includeSearch: false }}
      activeProps={{ 'data-active': true }}
    >
      <Icon name={icon} />
      {label}
    </Link>
  );
}

/// Whether the page shows the present: the state of the event stream.
function LiveMark() {
  const t = useText();
  const live = useLive();
  const help = {
    live: t.live.liveHelp,
    connecting: t.live.connectingHelp,
    limited: t.live.limitedHelp,
    offline: t.live.offlineHelp,
  };
  return (
    <Tooltip label={help[live]} multiline maw={260}>
      <div className={classes.live} data-live={live} role="status">
        <span className={classes.pulse} aria-hidden="true" />
        {t.live[live]}
      </div>
    </Tooltip>
  );
}

function Account() {
  const t = useText();
  const { token } = useSession();
  const subject = useCaller().data?.subject;
  if (token === null) return null;
  return (
    <button
      type="button"
      className={classes.account}
      onClick={signOut}
      title={subject ? t.auth.signedInAs(subject) : undefined}
    >
      <Icon name="signOut" />
      {t.auth.signOut}
    </button>
  );
}
