import type { State } from './StateBadge';

/// A slice of time with what happened in it, or will happen.
export type Bucket = { from: number; to: number; counts: Partial<Record<State, number>> };

/// States that are drawn below the axis: they are the ones to look at.
export const kBelow: State[] = ['abandon', 'interrupt', 'missed'];
/// Order from the axis outwards.
export const kAbove: State[] = ['success', 'failure', 'executing', 'pending', 'unknown', 'planned'];

export function emptyBuckets(from: number, count: number, width: number): Bucket[] {
  return Array.from({ length: count }, (_, index) => ({
    from: from + index * width,
    to: from + (index + 1) * width,
    counts: {},
  }));
}

/// Counts events into buckets of equal width that adjoin each other; events outside are left out.
export function fill(buckets: Bucket[], events: { at: number; state: State; count?: number }[]): Bucket[] {
  const first = buckets[0];
  if (!first) return buckets;
  const width = first.to - first.from;
  for (const { at, state, count = 1 } of events) {
    const bucket = buckets[Math.floor((at - first.from) / width)];
    if (bucket && at >= first.from) bucket.counts[state] = (bucket.counts[state] ?? 0) + count;
  }
  return buckets;
}

export function total(bucket: Bucket, states: State[]): number {
  return states.reduce((sum, state) => sum + (bucket.counts[state] ?? 0), 0);
}

/// Returns the height of each part of a column, in pixels: proportional to the counts, at least `least` for every part
/// that exists, so that one failure among a thousand successes is visible.
export function heights(counts: number[], scale: number, limit: number, least: number): number[] {
  const raw = counts.map(count => (count === 0 ? 0 : Math.max(least, count * scale)));
  const sum = raw.reduce((all, each) => all + each, 0);
  return sum <= limit ? raw : raw.map(each => (each * limit) / sum);
}
