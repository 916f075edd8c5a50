import { useSyncExternalStore } from 'react';

/// The sign-in state of the page. The token is kept in memory, or in the session storage of the tab if the user asks for
/// it; it never appears in a URL.
export type Session = {
  token: string | null;
  /// True after the server refused the token: the view stays, and a dialog asks for another one.
  expired: boolean;
};

const kStorage = 'ecron.token';

function stored(): string | null {
  try {
    return sessionStorage.getItem(kStorage);
  } catch {
    return null;
  }
}

let session: Session = { token: stored(), expired: false };
const watchers = new Set<() => void>();

function set(next: Session): void {
  session = next;
  for (const watcher of watchers) watcher();
}

export function token(): string | null {
  return session.token;
}

export function signIn(value: string, keep: boolean): void {
  try {
    if (keep) sessionStorage.setItem(kStorage, value);
    else sessionStorage.removeItem(kStorage);
  } catch {
    // Storage is disabled: the token stays in memory.
  }
  set({ token: value, expired: false });
}

export function signOut(): void {
  try {
    sessionStorage.removeItem(kStorage);
  } catch {
    // Nothing is stored.
  }
  set({ token: null, expired: false });
}

/// Marks the session as refused, unless the refused request used an older token. `authorization` is its header.
export function expireSession(authorization: string | null): void {
  const current = session.token ? `Bearer ${session.token}` : null;
  if (!session.expired && authorization === current) set({ ...session, expired: true });
}

export function useSession(): Session {
  return useSyncExternalStore(
    watcher => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => session,
  );
}
