import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { EmptyState } from '../components/States';
import { useText } from '../i18n';
import { beginSignIn, finishSignIn, returnToOpener, SignInError } from './oauth';
import { problemText, refusalText } from './problem_text';
import { tryToken } from './SignIn';
import classes from './SignIn.module.css';
import { useAuthSettings } from './settings';

/// The address to which the authorization server returns: exchanges the code and continues where the user was. In the
/// window of a sign-in it only hands the answer over.
export function SignedIn() {
  const t = useText();
  const navigate = useNavigate();
  const oauth = useAuthSettings().data?.oauth;
  const [failure, setFailure] = useState<string | null>(null);
  const [query] = useState(() => new URLSearchParams(window.location.search));
  const [inWindow, setInWindow] = useState(false);
  const started = useRef(false);
  useEffect(() => {
    document.title = t.auth.title;
  }, [t]);
  useEffect(() => {
    if (started.current) return;
    if (returnToOpener(query)) {
      started.current = true;
      setInWindow(true);
      return;
    }
    if (oauth === undefined) return;
    started.current = true;
    if (oauth === null) {
      void navigate({ to: '/', replace: true });
      return;
    }
    (async () => {
      try {
        const { token, path } = await finishSignIn(oauth, query);
        const refusal = await tryToken(token, true);
        if (refusal === null) await navigate({ href: path.replace(/^\/ui/, '') || '/', replace: true });
        else setFailure(refusalText(refusal, t));
      } catch (error) {
        setFailure(error instanceof SignInError ? problemText(error, t) : String(error));
      }
    })();
  }, [oauth, navigate, query, t]);
  return (
    <main className={classes.page}>
      <div className={`panel ${classes.card}`}>
        <h1 className="visually-hidden">{t.auth.title}</h1>
        <EmptyState
          icon={failure ? 'warning' : 'key'}
          title={failure ? t.auth.failed : inWindow ? t.auth.signedIn : t.auth.finishing}
          actions={
            failure ? (
              <>
                {oauth ? <Button onClick={() => void beginAgain(oauth)}>{t.action.retry}</Button> : null}
                <Button variant="default" onClick={() => navigate({ to: '/', replace: true })}>
                  {t.auth.otherWay}
                </Button>
              </>
            ) : null
          }
        >
          {failure ?? (inWindow ? t.auth.closeWindow : null)}
        </EmptyState>
      </div>
    </main>
  );
}

/// Another attempt returns to the overview: the address of the first one is not known any more.
async function beginAgain(oauth: Parameters<typeof beginSignIn>[0]): Promise<void> {
  window.history.replaceState(null, '', '/ui/');
  await beginSignIn(oauth);
}
