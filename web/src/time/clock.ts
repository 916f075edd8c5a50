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

type Ticker = { value: number; watchers: Set<() => void>; timer?: ReturnType<typeof setInterval> };
const tickers = new Map<number, Ticker>();

function tickerOf(interval: number): Ticker {
  let ticker = tickers.get(interval);
  if (!ticker) {
    ticker = { value: now(), watchers: new Set() };
    tickers.set(interval, ticker);
  }
  return ticker;
}

/// The present, updated every `interval` milliseconds. All users of one interval share a timer.
export function useNow(interval = 1_000): number {
  const ticker = tickerOf(interval);
  return useSyncExternalStore(
    watcher => {
      ticker.watchers.add(watcher);
      ticker.timer ??= setInterval(() => {
        ticker.value = now();
        for (const each of ticker.watchers) each();
      }, interval);
      return () => {
        ticker.watchers.delete(watcher);
        if (ticker.watchers.size > 0) return;
        clearInterval(ticker.timer);
        ticker.timer = undefined;
      };
    },
    () => ticker.value,
  );
}
