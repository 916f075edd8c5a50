import type { Messages } from '../i18n/messages';

/// The reason of an execution, an attempt or missed occurrences in words. The server translates sentences (see
/// Accept-Language) but not the words that programs compare, such as node_lost; a sentence may follow one of them.
export function reasonText(reason: string, t: Messages): string {
  const word = reason.match(/^[a-z_]+/)?.[0] ?? '';
  const rest = reason.slice(word.length);
  const known = Object.hasOwn(t.reasons, word) && (rest === '' || /^[;；]/.test(rest));
  return known ? t.reasons[word as keyof Messages['reasons']] + rest : reason;
}
