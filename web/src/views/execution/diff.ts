/// Differences of two outputs, line by line.
export type DiffLine = { kind: 'same' | 'old' | 'new'; text: string };

export const kMostLines = 2_000;

const kTimes =
  /\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\d\d:\d\d:\d\d(?:[.,]\d+)?/g;

/// Replaces dates and times of day, which differ between any two runs.
export function withoutTimes(line: string): string {
  return line.replace(kTimes, '<time>');
}

/// Returns the shortest edit from `before` to `after` (Myers). Both have at most kMostLines lines, or are cut. Lines are
/// equal if `key` says so; of those the newer is returned.
export function diffLines(before: string[], after: string[], key = (line: string) => line): DiffLine[] {
  const keyed = compare(before.slice(0, kMostLines).map(key), after.slice(0, kMostLines).map(key));
  let old = 0;
  let fresh = 0;
  return keyed.map(({ kind }) => {
    if (kind === 'old') return { kind, text: before[old++] ?? '' };
    if (kind === 'same') old++;
    return { kind, text: after[fresh++] ?? '' };
  });
}

function compare(a: string[], b: string[]): DiffLine[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail++;
  const same = (text: string): DiffLine => ({ kind: 'same', text });
  return [
    ...a.slice(0, head).map(same),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(same),
  ];
}

/// Beyond this many edits a shortest edit takes too long to find, and says nothing: everything differs.
const kMostEdits = 600;

function middle(a: string[], b: string[]): DiffLine[] {
  const trace: Map<number, number>[] = [];
  const reach = new Map<number, number>([[1, 0]]);
  const most = Math.min(a.length + b.length, kMostEdits);
  for (let edits = 0; edits <= most; edits++) {
    trace.push(new Map(reach));
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
      let x = down ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(trace, a, b);
    }
  }
  return [
    ...a.map((text): DiffLine => ({ kind: 'old', text })),
    ...b.map((text): DiffLine => ({ kind: 'new', text })),
  ];
}

function walkBack(trace: Map<number, number>[], a: string[], b: string[]): DiffLine[] {
  const lines: DiffLine[] = [];
  let x = a.length;
  let y = b.length;
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reach = trace[edits] ?? new Map<number, number>();
    const k = x - y;
    const down = k === -edits || (k !== edits && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
    const fromX = edits === 0 ? 0 : (reach.get(down ? k + 1 : k - 1) ?? 0);
    const fromY = edits === 0 ? 0 : fromX - (down ? k + 1 : k - 1);
    while (x > fromX && y > fromY) {
      lines.push({ kind: 'same', text: a[--x] ?? '' });
      y--;
    }
    if (edits === 0) break;
    if (down) lines.push({ kind: 'new', text: b[--y] ?? '' });
    else lines.push({ kind: 'old', text: a[--x] ?? '' });
  }
  return lines.reverse();
}

export type Hunk = { kind: 'lines'; lines: DiffLine[] } | { kind: 'skipped'; count: number };

/// Folds long runs of equal lines, with `around` lines on both sides of a difference.
export function hunksOf(lines: DiffLine[], around = 3): Hunk[] {
  const near = new Uint8Array(lines.length);
  lines.forEach((line, index) => {
    if (line.kind === 'same') return;
    near.fill(1, Math.max(0, index - around), Math.min(lines.length, index + around + 1));
  });
  const hunks: Hunk[] = [];
  lines.forEach((line, index) => {
    const last = hunks[hunks.length - 1];
    if (near[index]) {
      if (last?.kind === 'lines') last.lines.push(line);
      else hunks.push({ kind: 'lines', lines: [line] });
    } else if (last?.kind === 'skipped') last.count++;
    else hunks.push({ kind: 'skipped', count: 1 });
  });
  return hunks;
}
