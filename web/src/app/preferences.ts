import { useSyncExternalStore } from 'react';

/// What belongs to the person and not to the address of a view: kept in the local storage of the browser.
export type Preferences = {
  language: 'en' | 'zh-CN';
  zone: 'utc' | 'browser' | 'job';
  theme: 'auto' | 'light' | 'dark';
};

const kStorage = 'ecron.preferences';

function defaults(): Preferences {
  const chinese = typeof navigator !== 'undefined' && navigator.language.toLowerCase().startsWith('zh');
  return { language: chinese ? 'zh-CN' : 'en', zone: 'browser', theme: 'auto' };
}

function load(): Preferences {
  const result = defaults();
  try {
    const stored = JSON.parse(localStorage.getItem(kStorage) ?? '{}') as Partial<Preferences>;
    if (stored.language === 'en' || stored.language === 'zh-CN') result.language = stored.language;
    if (stored.zone === 'utc' || stored.zone === 'browser' || stored.zone === 'job')
      result.zone = stored.zone;
    if (stored.theme === 'light' || stored.theme === 'dark') result.theme = stored.theme;
  } catch {
    // Storage is disabled or contains something else: the defaults apply.
  }
  return result;
}

let preferences = load();
const watchers = new Set<() => void>();

export function preference<Name extends keyof Preferences>(name: Name): Preferences[Name] {
  return preferences[name];
}

export function setPreference<Name extends keyof Preferences>(name: Name, value: Preferences[Name]): void {
  preferences = { ...preferences, [name]: value };
  try {
    localStorage.setItem(kStorage, JSON.stringify(preferences));
  } catch {
    // The choice lasts until the page is closed.
  }
  for (const watcher of watchers) watcher();
}

export function usePreference<Name extends keyof Preferences>(name: Name): Preferences[Name] {
  return useSyncExternalStore(
    watcher => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => preferences[name],
  );
}
