import { compact, numberOf, oneOf, type RawSearch, textOf } from '../../app/search';

export const windows = ['1h', '6h', '24h', '7d', '30d'] as const;
export const tabs = ['runs', 'changes', 'definition'] as const;
export const formats = ['json', 'yaml', 'curl', 'cli'] as const;
const states = ['success', 'abandon', 'interrupt', 'executing', 'failure', 'pending'] as const;

export type Window = (typeof windows)[number];
export type Format = (typeof formats)[number];

/// What the address of this view contains besides its path. `from` and `to` are a zoomed range of the timeline in
/// seconds since the epoch; without them it follows the present. `at` is the instant to explain, in RFC 3339.
export type JobSearch = {
  tab?: (typeof tabs)[number];
  window?: Window;
  from?: number;
  to?: number;
  at?: string;
  state?: (typeof states)[number];
  format?: Format;
};

export const kDefaultWindow: Window = '24h';

export function parseJobSearch(raw: RawSearch): JobSearch {
  const from = numberOf(raw.from);
  const to = numberOf(raw.to);
  const zoomed = from !== undefined && to !== undefined && to > from;
  const at = textOf(raw.at);
  return compact({
    tab: oneOf(raw.tab, tabs),
    window: oneOf(raw.window, windows),
    from: zoomed ? from : undefined,
    to: zoomed ? to : undefined,
    at: at && !Number.isNaN(Date.parse(at)) ? at : undefined,
    state: oneOf(raw.state, states),
    format: oneOf(raw.format, formats),
  }) as JobSearch;
}
