import type { Messages } from '../i18n/messages';

/// Why occurrences were missed, in words; a reason that the page does not know as the server names it.
export function missedReason(reason: string, t: Messages): string {
  return reason === 'misfire' ? t.missedReason.misfire : reason;
}
