import { setPreference, usePreference } from '../app/preferences';

/// In which zone times are shown: UTC, the browser's, or that of the job (where a time belongs to one).
export type ZoneChoice = 'utc' | 'browser' | 'job';

let browser: string | undefined;

/// The zone of the browser when the page was loaded. To ask Intl costs 0.1 ms, and every time that is shown asks.
export function browserZone(): string {
  browser ??= Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
  return browser;
}

export function useZoneChoice(): [ZoneChoice, (choice: ZoneChoice) => void] {
  return [usePreference('zone'), choice => setPreference('zone', choice)];
}

/// Returns the IANA zone in which to show a time; `job` is the zone of the job that it belongs to, if any.
export function useZone(job?: string): string {
  const choice = usePreference('zone');
  if (choice === 'utc') return 'UTC';
  if (choice === 'job') return job || 'UTC';
  return browserZone();
}
