import { compact, numberOf, oneOf, type RawSearch } from '../../app/search';

export const comparisons = ['previous', 'success'] as const;
export type Comparison = (typeof comparisons)[number];

/// What the address of this view contains besides its path: the attempt that is shown, the last one by default, and with
/// which execution this one is compared.
export type ExecutionSearch = { attempt?: number; compare?: Comparison };

export function parseExecutionSearch(raw: RawSearch): ExecutionSearch {
  return compact({
    attempt: numberOf(raw.attempt),
    compare: oneOf(raw.compare, comparisons),
  }) as ExecutionSearch;
}
