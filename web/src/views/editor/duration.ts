/// Durations as the API writes them: '1m30s', '250ms', or a number of seconds.
const kUnits: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/// Returns milliseconds; null if the text is no duration.
export function parseDuration(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  if (/^(\d+\.?\d*|\.\d+)$/.test(text)) return Number(text) * 1_000;
  if (!/^((\d+\.?\d*|\.\d+)(d|h|ms|m|s))+$/.test(text)) return null;
  let total = 0;
  for (const [, number = '', unit = ''] of text.matchAll(/(\d+\.?\d*|\.\d+)(d|h|ms|m|s)/g))
    total += Number(number) * (kUnits[unit] ?? 0);
  return total;
}

/// "250 ms", "60 s", "1 min 30 s", "2 h", "30 d": without parts that are zero.
export function durationText(millis: number): string {
  if (millis < 1_000) return `${Math.round(millis)} ms`;
  const seconds = Math.round(millis / 100) / 10;
  if (seconds < 120) return `${seconds} s`;
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3_600), 'h'],
    [Math.floor((seconds % 3_600) / 60), 'min'],
    [Math.round(seconds % 60), 's'],
  ];
  return parts
    .filter(([value]) => value > 0)
    .slice(0, 3)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}
