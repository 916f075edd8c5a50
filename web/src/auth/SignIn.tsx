import { Button, Checkbox, Modal, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { kPrefix } from '../api/client';
import { Icon } from '../components/icons';
import { useText } from '../i18n';
import { beginSignIn } from './oauth';
import classes from './SignIn.module.css';
import { signIn, signOut, useSession } from './session';
import type { AuthSettings } from './settings';

type Refusal = 'refused' | 'forbidden' | 'offline';

/// Asks the server whether it accepts a token, without changing the session.
async function probe(value: string): Promise<Refusal | null> {
  try {
    const response = await fetch(`${kPrefix}/scheduling`, { headers: { Authorization: `Bearer ${value}` } });
    if (response.status === 401) return 'refused';
    return response.status === 403 ? 'forbidden' : null;
  } catch {
    return 'offline';
  }
}

function SignInForm({ settings, onSignedIn }: { settings: AuthSettings; onSignedIn?: () => void }) {
  const t = useText();
  const [value, setValue] = useState('');
  const [keep, setKeep] = useState(true);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const candidate = value.trim().replace(/^Bearer\s+/i, '');
    if (!candidate) return;
    setBusy(true);
    const answer = await probe(candidate);
    setBusy(false);
    setRefusal(answer);
    if (answer !== null) return;
    signIn(candidate, keep);
    onSignedIn?.();
  }

  const oauth = settings.oauth;
  const errors = { refused: t.auth.refused, forbidden: t.auth.forbidden, offline: t.error.advice.offline };
  return (
    <form onSubmit={submit} className={classes.form}>
      {oauth ? (
        <>
          <Button size="md" onClick={() => beginSignIn(oauth)}>
            {t.auth.oauth}
          </Button>
          <div className={classes.or}>{t.auth.or}</div>
        </>
      ) : null}
      <PasswordInput
        label={t.auth.token}
        description={settings.mode === 'token' ? t.auth.tokenHelp : undefined}
        value={value}
        onChange={event => setValue(event.currentTarget.value)}
        error={refusal ? errors[refusal] : undefined}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
      />
      <Checkbox label={t.auth.keep} checked={keep} onChange={event => setKeep(event.currentTarget.checked)} />
      <Button type="submit" loading={busy} disabled={!value.trim()} variant={oauth ? 'default' : 'filled'}>
        {t.auth.submit}
      </Button>
    </form>
  );
}

/// The whole page before the sign-in.
export function SignInPage({ settings }: { settings: AuthSettings }) {
  const t = useText();
  return (
    <main className={classes.page}>
      <div className={`panel ${classes.card}`}>
        <h1 className={classes.title}>
          <Icon name="key" size={18} /> {t.auth.title}
        </h1>
        <SignInForm settings={settings} />
      </div>
    </main>
  );
}

/// The dialog above a view whose token the server no longer accepts. The view stays, with what was typed.
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
      <SignInForm settings={settings} onSignedIn={onSignedIn} />
    </Modal>
  );
}
