import { compact, listOf, oneOf, type RawSearch, textOf } from '../../app/search';

/// What the address of the list of jobs contains: filters, order, and the tenant that an administrator looks at.
export type JobsSearch = {
  search?: string;
  state?: (typeof states)[number];
  enabled?: 'true' | 'false';
  mode?: (typeof modes)[number];
  type?: (typeof types)[number];
  label?: string[];
  sort?: (typeof sorts)[number];
  tenant?: string;
};

export const states = ['success', 'abandon', 'interrupt', 'executing', 'failure', 'pending'] as const;
export const modes = ['http', 'https', 'exe'] as const;
export const types = ['scheduled', 'timed', 'real-time'] as const;
export const sorts = ['-created', 'created', 'name', '-name'] as const;

export function parseJobsSearch(raw: RawSearch): JobsSearch {
  return compact({
    search: textOf(raw.search),
    state: oneOf(raw.state, states),
    enabled: oneOf(raw.enabled, ['true', 'false']),
    mode: oneOf(raw.mode, modes),
    type: oneOf(raw.type, types),
    label: listOf(listOf(raw.label)?.filter(label => /^[^:]+:/.test(label))),
    sort: oneOf(raw.sort, sorts),
    tenant: textOf(raw.tenant),
  }) as JobsSearch;
}
