import { compact, oneOf, type RawSearch, textOf } from '../../app/search';

/// What the address of the list of executions contains. `from` and `to` limit the begin, in RFC 3339.
export type ExecutionsSearch = {
  state?: (typeof states)[number];
  trigger?: (typeof triggers)[number];
  job?: string;
  name?: string;
  from?: string;
  to?: string;
};

export const states = ['success', 'abandon', 'interrupt', 'executing', 'failure', 'pending'] as const;
export const triggers = ['schedule', 'manual', 'message', 'history'] as const;

export function parseExecutionsSearch(raw: RawSearch): ExecutionsSearch {
  return compact({
    state: oneOf(raw.state, states),
    trigger: oneOf(raw.trigger, triggers),
    job: textOf(raw.job),
    name: textOf(raw.name),
    from: textOf(raw.from),
    to: textOf(raw.to),
  }) as ExecutionsSearch;
}
