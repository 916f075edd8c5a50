import { useEffect, useSyncExternalStore } from 'react';
import { preference, usePreference } from './preferences';

const kAttribute = 'data-mantine-color-scheme';

function system(): 'light' | 'dark' {
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function effective(choice: 'auto' | 'light' | 'dark'): 'light' | 'dark' {
  return choice === 'auto' ? system() : choice;
}

/// Sets the theme before the first render.
export function applyTheme(scheme: 'light' | 'dark' = effective(preference('theme'))): void {
  document.documentElement.setAttribute(kAttribute, scheme);
  document.documentElement.style.colorScheme = scheme;
}

export function useEffectiveTheme(): 'light' | 'dark' {
  const choice = usePreference('theme');
  const ofSystem = useSyncExternalStore(watcher => {
    const query = window.matchMedia('(prefers-color-scheme: dark)');
    query.addEventListener('change', watcher);
    return () => query.removeEventListener('change', watcher);
  }, system);
  const scheme = choice === 'auto' ? ofSystem : choice;
  useEffect(() => applyTheme(scheme), [scheme]);
  return scheme;
}
