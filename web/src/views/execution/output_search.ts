import type { Line } from './model';

/// One match: the line's index, and the characters of the match.
export type Match = { line: number; from: number; to: number };

export const kMostMatches = 5_000;

/// Returns where a text occurs, whatever its case; at most kMostMatches.
export function findMatches(lines: Line[], text: string): Match[] {
  const found: Match[] = [];
  if (text === '') return found;
  const wanted = text.toLowerCase();
  for (let line = 0; line < lines.length; line++) {
    const within = lines[line]?.text.toLowerCase() ?? '';
    for (let at = within.indexOf(wanted); at >= 0; at = within.indexOf(wanted, at + wanted.length)) {
      found.push({ line, from: at, to: at + wanted.length });
      if (found.length >= kMostMatches) return found;
    }
  }
  return found;
}

export type Part = { text: string; kind: 'plain' | 'match' | 'current' };

/// Splits a line at its matches.
export function partsOf(text: string, matches: Match[], current: Match | undefined): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of matches) {
    if (match.from > at) parts.push({ text: text.slice(at, match.from), kind: 'plain' });
    parts.push({ text: text.slice(match.from, match.to), kind: match === current ? 'current' : 'match' });
    at = match.to;
  }
  if (at < text.length || parts.length === 0) parts.push({ text: text.slice(at), kind: 'plain' });
  return parts;
}
