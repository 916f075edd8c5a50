import { Button, Checkbox, Modal, PasswordInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { SettingsMenu } from '../app/SettingsMenu';
import { Icon } from '../components/icons';
import { useText } from '../i18n';
import { beginSignIn, type OAuth, SignInError } from './oauth';
import { probe, type Refusal } from './probe';
import { problemText, refusalText } from './problem_text';
import classes from './SignIn.module.css';
import { signIn, signOut, useSession } from './session';
import type { AuthSettings } from './settings';
import { WindowSignIn } from './WindowSignIn';

/// Uses a token if the server accepts it. Returns why not.
export async function tryToken(token: string, keep: boolean): Promise<Refusal | null> {
  const refusal = await probe(token);
  if (refusal === null) signIn(token, keep);
  return refusal;
}

function TokenForm({
  settings,
  secondary,
  onSignedIn,
}: {
  settings: AuthSettings;
  secondary: boolean;
  onSignedIn: () => void;
}) {
  const t = useText();
  const [value, setValue] = useState('');
  const [keep, setKeep] = useState(true);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const candidate = value.trim().replace(/^Bearer\s+/i, '');
    if (!candidate || busy) return;
    setBusy(true);
    const answer = await tryToken(candidate, keep);
    setBusy(false);
    setRefusal(answer);
    if (answer === null) onSignedIn();
  }

  return (
    <form onSubmit={submit} className={classes.form}>
      <PasswordInput
        label={t.auth.token}
        description={settings.mode === 'token' ? t.auth.tokenHelp : t.auth.accessTokenHelp}
        value={value}
        onChange={event => {
          setValue(event.currentTarget.value);
          setRefusal(null);
        }}
        error={refusal ? refusalText(refusal, t) : undefined}
        autoComplete="off"
        spellCheck={false}
        visibilityToggleButtonProps={{ 'aria-label': t.auth.showToken }}
        data-autofocus={secondary ? undefined : true}
      />
      <Checkbox label={t.auth.keep} checked={keep} onChange={event => setKeep(event.currentTarget.checked)} />
      <Button
        type="submit"
        loading={busy}
        disabled={!value.trim()}
        variant={secondary ? 'default' : 'filled'}
      >
        {t.auth.submit}
      </Button>
    </form>
  );
}

/// The button that leaves for the authorization server.
function LeavingSignIn({ oauth }: { oauth: OAuth }) {
  const t = useText();
  const [leaving, setLeaving] = useState(false);
  const [problem, setProblem] = useState<SignInError | null>(null);
  // A page that comes back from the history has not left any more.
  useEffect(() => {
    const back = () => setLeaving(false);
    window.addEventListener('pageshow', back);
    return () => window.removeEventListener('pageshow', back);
  }, []);
  function leave() {
    setLeaving(true);
    beginSignIn(oauth).catch((error: unknown) => {
      setLeaving(false);
      setProblem(error instanceof SignInError ? error : new SignInError('denied', String(error)));
    });
  }
  return (
    <>
      <Button size="md" fullWidth loading={leaving} onClick={leave}>
        {t.auth.oauth}
      </Button>
      {problem ? <ProblemLine problem={problem} /> : null}
    </>
  );
}

export function ProblemLine({ problem }: { problem: SignInError }) {
  const t = useText();
  return (
    <p className={classes.problem} role="alert">
      <Icon name="warning" /> {problemText(problem, t)}
    </p>
  );
}

function Choices({
  settings,
  onSignedIn,
  children,
}: {
  settings: AuthSettings;
  onSignedIn: () => void;
  children: (oauth: OAuth) => ReactNode;
}) {
  const t = useText();
  const { oauth } = settings;
  return (
    <div className={classes.form}>
      {oauth ? (
        <>
          {children(oauth)}
          <div className={classes.or}>{t.auth.or}</div>
        </>
      ) : null}
      <TokenForm settings={settings} secondary={oauth !== null} onSignedIn={onSignedIn} />
    </div>
  );
}

/// The whole page before the sign-in. It stands at the address of the view, which appears after it.
export function SignInPage({ settings }: { settings: AuthSettings }) {
  const t = useText();
  useEffect(() => {
    document.title = t.auth.title;
  }, [t]);
  return (
    <main className={classes.page}>
      <div className={classes.middle}>
        <div className={`panel ${classes.card}`}>
          <h1 className={classes.title}>
            <Icon name="key" size={18} /> {t.auth.title}
          </h1>
          <Choices settings={settings} onSignedIn={() => undefined}>
            {oauth => <LeavingSignIn oauth={oauth} />}
          </Choices>
        </div>
        <div className={classes.preferences}>
          <SettingsMenu />
        </div>
      </div>
    </main>
  );
}

/// The dialog above a view whose token the server no longer accepts. The view stays, with what was typed: the
/// authorization server opens in a window of its own.
export function ExpiredDialog({ settings, onSignedIn }: { settings: AuthSettings; onSignedIn: () => void }) {
  const t = useText();
  const { expired, token } = useSession();
  return (
    <Modal
      opened={expired && token !== null}
      onClose={signOut}
      title={t.auth.expiredTitle}
      closeButtonProps={{ 'aria-label': t.auth.signOut }}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <p className={classes.text}>{t.auth.expired}</p>
      <Choices settings={settings} onSignedIn={onSignedIn}>
        {oauth => <WindowSignIn oauth={oauth} onSignedIn={onSignedIn} />}
      </Choices>
    </Modal>
  );
}
