import { useSyncExternalStore } from 'react';

/// The sign-in state of the page. The token is kept in memory, or in the session storage of the tab if the user asks for
/// it; it never appears in a URL. The server decides about every request; scopes only hide what would be refused.
export type Permission = 'read' | 'write' | 'execute' | 'admin';
export type Session = {
  token: string | null;
  /// True after the server refused the token: the view stays, and a dialog asks for another one.
  expired: boolean;
  /// Scopes of the token; null: unknown (opaque token, or no authentication): everything is shown.
  scopes: string[] | null;
  subject: string | null;
};

const kStorage = 'ecron.token';
const kNone: Session = { token: null, expired: false, scopes: null, subject: null };

/// Returns the claims of a JWT, or an empty object for any other token.
export function claimsOf(value: string): Record<string, unknown> {
  const part = value.split('.')[1];
  if (!part) return {};
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), char =>
      char.charCodeAt(0),
    );
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/// Returns the scopes that a JWT names, as a list or separated by spaces; null if it names none.
export function scopesOf(claims: Record<string, unknown>): string[] | null {
  const value = claims.scp ?? claims.scope;
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'string') return value.split(' ').filter(Boolean);
  return null;
}

function sessionOf(value: string | null): Session {
  if (!value) return kNone;
  const claims = claimsOf(value);
  return {
    token: value,
    expired: false,
    scopes: scopesOf(claims),
    subject: typeof claims.sub === 'string' ? claims.sub : null,
  };
}

function stored(): string | null {
  try {
    return sessionStorage.getItem(kStorage);
  } catch {
    return null;
  }
}

let session = sessionOf(typeof sessionStorage === 'undefined' ? null : stored());
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
  set(sessionOf(value));
}

export function signOut(): void {
  try {
    sessionStorage.removeItem(kStorage);
  } catch {
    // Nothing is stored.
  }
  set(kNone);
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

/// The default scopes that grant each permission, as docs/security.md lists them.
const kGrants: Record<Permission, string[]> = {
  read: ['ecron.read', 'all'],
  write: ['ecron.write', 'all'],
  execute: ['ecron.execute', 'all'],
  admin: ['ecron.admin'],
};

export function allows(scopes: string[] | null, permission: Permission): boolean {
  // Scopes can be renamed by configuration: if none is known by its default name, the page hides nothing.
  const known = Object.values(kGrants).flat();
  if (scopes === null || !scopes.some(scope => known.includes(scope))) return true;
  return scopes.some(scope => kGrants[permission].includes(scope));
}
