import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../i18n';
import { type OAuth, SignInError, signInInWindow } from './oauth';
import { refusalText } from './problem_text';
import { ProblemLine, tryToken } from './SignIn';
import classes from './SignIn.module.css';

/// Signs in at the authorization server in a window of its own, while the view below stays as it is.
export function WindowSignIn({ oauth, onSignedIn }: { oauth: OAuth; onSignedIn: () => void }) {
  const t = useText();
  const [waiting, setWaiting] = useState(false);
  const [problem, setProblem] = useState<SignInError | null>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  async function begin() {
    abort.current = new AbortController();
    setWaiting(true);
    setProblem(null);
    try {
      const refusal = await tryToken(await signInInWindow(oauth, abort.current.signal), true);
      if (refusal === null) onSignedIn();
      else setProblem(new SignInError('denied', refusalText(refusal, t)));
    } catch (error) {
      const known = error instanceof SignInError ? error : new SignInError('denied', String(error));
      if (known.problem !== 'cancelled') setProblem(known);
    } finally {
      setWaiting(false);
    }
  }

  return (
    <>
      {waiting ? (
        <div className={classes.waiting} role="status">
          <span>{t.auth.inWindow}</span>
          <Button size="xs" variant="default" onClick={() => abort.current?.abort()}>
            {t.action.cancel}
          </Button>
        </div>
      ) : (
        <Button size="md" fullWidth data-autofocus onClick={begin}>
          {t.auth.oauth}
        </Button>
      )}
      {problem ? <ProblemLine problem={problem} /> : null}
    </>
  );
}
