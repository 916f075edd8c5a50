import type { Messages } from '../i18n/messages';
import type { SignInError } from './oauth';
import type { Refusal } from './probe';

/// Why the server does not accept a token, and what to do.
export function refusalText(refusal: Refusal, t: Messages): string {
  const texts: Record<Refusal, string> = {
    refused: t.auth.refused,
    forbidden: t.auth.forbidden,
    unavailable: t.error.advice.unavailable,
    offline: t.error.advice.offline,
  };
  return texts[refusal];
}

/// Why the sign-in at the authorization server failed, and what to do.
export function problemText({ problem, message }: SignInError, t: Messages): string {
  switch (problem) {
    case 'state':
      return t.auth.problem.state;
    case 'network':
      return t.auth.problem.network(message);
    case 'blocked':
      return t.auth.problem.blocked;
    case 'insecure':
      return t.auth.problem.insecure;
    case 'cancelled':
      return t.auth.problem.cancelled;
    default:
      return t.auth.problem.denied(message);
  }
}
