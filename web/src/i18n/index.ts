import { useSyncExternalStore } from 'react';
import { preference, setPreference } from '../app/preferences';
import type { Messages } from './messages';

/// Texts of the page. A language is one chunk, loaded before the first render and when the language changes. Messages are
/// texts, or functions of what they mention, so that each language forms its own sentences:
///
///     const t = useText();
///     t.jobs.title; t.jobs.selected(3);
export type Language = 'en' | 'zh-CN';
export const languages: Language[] = ['en', 'zh-CN'];

const loaders: Record<Language, () => Promise<Messages>> = {
  en: () => import('./en').then(module => module.en),
  'zh-CN': () => import('./zh-CN').then(module => module.zhCN),
};

let current: { language: Language; messages: Messages } | undefined;
const watchers = new Set<() => void>();

export async function loadLanguage(next: Language): Promise<void> {
  const messages = await loaders[next]();
  current = { language: next, messages };
  document.documentElement.lang = next;
  for (const watcher of watchers) watcher();
}

export async function changeLanguage(next: Language): Promise<void> {
  await loadLanguage(next);
  setPreference('language', next);
}

/// The language that is shown, also for Accept-Language and Intl.
export function language(): Language {
  return current?.language ?? preference('language');
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function useText(): Messages {
  return useSyncExternalStore(subscribe, text);
}

/// The texts outside of components.
export function text(): Messages {
  if (!current) throw new Error('i18n: no language is loaded');
  return current.messages;
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, language);
}

const numbers = new Map<string, Intl.NumberFormat>();

/// "1,204" in the language that is shown.
export function formatNumber(value: number, digits = 0): string {
  const key = `${language()} ${digits}`;
  let format = numbers.get(key);
  if (!format) {
    format = new Intl.NumberFormat(language(), { maximumFractionDigits: digits });
    numbers.set(key, format);
  }
  return format.format(value);
}
