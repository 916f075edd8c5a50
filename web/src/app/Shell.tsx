import { Drawer } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { keys } from '../api/keys';
import { follow } from '../api/live';
import { ExpiredDialog, SignInPage } from '../auth/SignIn';
import { useSession } from '../auth/session';
import { useAuthSettings } from '../auth/settings';
import { Icon } from '../components/icons';
import { EmptyState, ErrorState } from '../components/States';
import { Toasts } from '../components/toasts';
import { useText } from '../i18n';
import { useShortcut } from './keyboard';
import { Navigation } from './Navigation';
import classes from './Shell.module.css';
import { useScheduling } from './scheduling';
import { keepKeys } from './typed_ahead';

const loadPalette = () => import('./Palette');

const KeyboardHelp = lazy(() => import('./KeyboardHelp').then(module => ({ default: module.KeyboardHelp })));
const Palette = lazy(() => loadPalette().then(module => ({ default: module.Palette })));

/// The frame of every view: navigation, banners, palette, and the sign-in where the server asks for one.
export function Shell() {
  const t = useText();
  const settings = useAuthSettings();
  const { token } = useSession();
  const path = useLocation({ select: location => location.pathname });
  useForgottenData();
  if (!settings.data)
    return (
      <main className={classes.alone}>
        <h1 className="visually-hidden">{t.app.name}</h1>
        <div className="panel">
          {settings.error ? (
            <ErrorState error={settings.error} onRetry={() => settings.refetch()} />
          ) : (
            <EmptyState title={t.auth.connecting} />
          )}
        </div>
      </main>
    );
  if (path === '/signed-in') return <Outlet />;
  if (settings.data.mode !== 'none' && token === null) return <SignInPage settings={settings.data} />;
  return (
    <>
      <Frame open={settings.data.mode === 'none'} />
      <ReAuthentication />
    </>
  );
}

function ReAuthentication() {
  const settings = useAuthSettings().data;
  const client = useQueryClient();
  if (!settings) return null;
  return <ExpiredDialog settings={settings} onSignedIn={() => client.invalidateQueries()} />;
}

/// After a sign-out, forgets what was read with the token. A server that now refuses requests without a token is asked
/// again how one signs in.
function useForgottenData(): void {
  const client = useQueryClient();
  const { token, expired } = useSession();
  const before = useRef(token);
  useEffect(() => {
    if (before.current !== null && token === null)
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.auth[0] });
    before.current = token;
  }, [client, token]);
  useEffect(() => {
    if (expired && token === null) void client.invalidateQueries({ queryKey: keys.auth });
  }, [client, expired, token]);
}

/// Opens the event stream while somebody may read; a new token opens a new one.
function useEvents(): void {
  const client = useQueryClient();
  const { token } = useSession();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new token needs a new stream
  useEffect(() => follow(client), [client, token]);
}

function Frame({ open }: { open: boolean }) {
  const t = useText();
  const [drawer, setDrawer] = useState(false);
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const path = useLocation({ select: location => location.pathname });
  useEvents();
  useNavigationKeys(() => setHelp(true));
  usePaletteKey(() => setPalette(true));
  // biome-ignore lint/correctness/useExhaustiveDependencies: closes when the view changes
  useEffect(() => setDrawer(false), [path]);

  const navigation = <Navigation onSearch={() => setPalette(true)} onHelp={() => setHelp(true)} />;
  return (
    <div className={classes.frame}>
      <a href="#content" className={classes.skip}>
        {t.app.skip}
      </a>
      <aside className={`${classes.sidebar} no-print`}>{navigation}</aside>
      <header className={`${classes.bar} no-print`}>
        <button
          type="button"
          className={classes.barButton}
          aria-label={t.app.menu}
          onClick={() => setDrawer(true)}
        >
          <Icon name="menu" />
        </button>
        <span className={classes.barTitle}>{t.app.name}</span>
        <button
          type="button"
          className={classes.barButton}
          aria-label={t.palette.open}
          onClick={() => setPalette(true)}
        >
          <Icon name="search" />
        </button>
      </header>
      {drawer ? (
        <Drawer.Root opened onClose={() => setDrawer(false)} size={264}>
          <Drawer.Overlay />
          <Drawer.Content aria-label={t.nav.label}>
            <Drawer.Body p={0} className={classes.drawer}>
              {navigation}
            </Drawer.Body>
          </Drawer.Content>
        </Drawer.Root>
      ) : null}
      <main id="content" className={classes.content} tabIndex={-1}>
        {open ? <OpenBanner /> : null}
        {path === '/' || path === '/operations' ? null : <PausedBanner />}
        <Outlet />
      </main>
      <Suspense>
        {palette ? <Palette onClose={() => setPalette(false)} onHelp={() => setHelp(true)} /> : null}
        {help ? <KeyboardHelp opened onClose={() => setHelp(false)} /> : null}
      </Suspense>
      <Toasts />
    </div>
  );
}

/// Warns if anyone who reaches the address can change jobs.
function OpenBanner() {
  const t = useText();
  const { hostname, host } = window.location;
  if (/^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return null;
  return (
    <div className={classes.banner} role="status">
      <Icon name="warning" /> {t.app.openAddress(host)}
    </div>
  );
}

/// Without it, a job would show its next run and not start. The overview and the operations have a switch of their own.
function PausedBanner() {
  const t = useText();
  if (!useScheduling().data?.paused) return null;
  return (
    <div className={classes.banner} role="status">
      <Icon name="pause" />
      <span>
        {t.overview.paused} {t.overview.pausedHelp} <Link to="/operations">{t.nav.operations}</Link>
      </span>
    </div>
  );
}

function useNavigationKeys(onHelp: () => void): void {
  const t = useText();
  const navigate = useNavigate();
  useShortcut('?', t.keyboard.help, onHelp, 'everywhere');
  useShortcut('c', t.keyboard.create, () => navigate({ to: '/jobs/new' }), 'everywhere');
  useShortcut('g o', t.keyboard.toOverview, () => navigate({ to: '/' }), 'everywhere');
  useShortcut('g j', t.keyboard.toJobs, () => navigate({ to: '/jobs' }), 'everywhere');
  useShortcut('g e', t.keyboard.toExecutions, () => navigate({ to: '/executions' }), 'everywhere');
  useShortcut('g s', t.keyboard.toSchedule, () => navigate({ to: '/schedule' }), 'everywhere');
  useShortcut('g p', t.keyboard.toOperations, () => navigate({ to: '/operations' }), 'everywhere');
}

/// Ctrl+K and ⌘K open the palette, from fields too. Its code is loaded ahead of the first use, and the keys that follow
/// at once reach its field.
function usePaletteKey(open: () => void): void {
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette().catch(() => undefined), 500);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    const handle = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      event.preventDefault();
      if (!document.querySelector('[role=dialog]')) keepKeys();
      open();
    };
    document.addEventListener('keydown', handle);
    return () => document.removeEventListener('keydown', handle);
  });
}
