import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Page } from '../components/Page';
import { EmptyState } from '../components/States';
import { useText } from '../i18n';
import { finishSignIn } from './oauth';
import { signIn } from './session';
import { useAuthSettings } from './settings';

/// The address to which the authorization server returns: exchanges the code and continues where the user was.
export function SignedIn() {
  const t = useText();
  const navigate = useNavigate();
  const oauth = useAuthSettings().data?.oauth;
  const [failure, setFailure] = useState('');
  const started = useRef(false);
  useEffect(() => {
    if (!oauth || started.current) return;
    started.current = true;
    finishSignIn(oauth, new URLSearchParams(window.location.search)).then(
      ({ token, path }) => {
        signIn(token, true);
        void navigate({ href: path.replace(`${window.location.origin}/ui`, '') || '/', replace: true });
      },
      error => setFailure(String(error instanceof Error ? error.message : error)),
    );
  }, [oauth, navigate]);
  return (
    <Page title={t.auth.title}>
      <div className="panel">
        <EmptyState
          icon="key"
          title={failure ? t.auth.failed : t.auth.finishing}
          actions={failure ? <Button onClick={() => navigate({ to: '/' })}>{t.action.retry}</Button> : null}
        >
          {failure}
        </EmptyState>
      </div>
    </Page>
  );
}
