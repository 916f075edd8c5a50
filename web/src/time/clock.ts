import { useSyncExternalStore } from 'react';

/// The server's clock, as far as the Date fields of its responses tell: relative times are right even if the clock of
/// this machine is not. Differences below two seconds are the resolution of that field, and ignored.
let ahead = 0;

export function observeServerTime(date: string | null): void {
  if (!date) return;
  const server = Date.parse(date);
  if (Number.isNaN(server)) return;
  const difference = server - Date.now();
  ahead = Math.abs(difference) < 2_000 ? 0 : difference;
}

/// Milliseconds since the epoch by the server's clock.
export function now(): number {
  return Date.now() + ahead;
}

type Ticker = { value: number; subscribe: (watcher: () => void) => () => void };
const tickers = new Map<number, Ticker>();

function makeTicker(interval: number): Ticker {
  const watchers = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  const ticker: Ticker = {
    value: now(),
    subscribe: watcher => {
      watchers.add(watcher);
      if (timer === undefined) {
        // Nobody watched: the value may be old.
        ticker.value = now();
        timer = setInterval(() => {
          ticker.value = now();
          for (const each of watchers) each();
        }, interval);
      }
      return () => {
        watchers.delete(watcher);
        if (watchers.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
  return ticker;
}

function tickerOf(interval: number): Ticker {
  let ticker = tickers.get(interval);
  if (!ticker) {
    ticker = makeTicker(interval);
    tickers.set(interval, ticker);
  }
  return ticker;
}

/// The present, updated every `interval` milliseconds. All users of one interval share a timer.
export function useNow(interval = 1_000): number {
  const ticker = tickerOf(interval);
  return useSyncExternalStore(ticker.subscribe, () => ticker.value);
}

/// What `read` makes of the present, asked every `interval` milliseconds; the component renders only when it changes.
export function useAsOfNow(read: (present: number) => string, interval = 1_000): string {
  const ticker = tickerOf(interval);
  return useSyncExternalStore(ticker.subscribe, () => read(ticker.value));
}
