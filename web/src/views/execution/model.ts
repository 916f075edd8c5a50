import type { Schemas } from '../../api/client';
import { kLate } from '../../components/lateness';
import { toMillis } from '../../time/format';

type Execution = Schemas['Execution'];
type Attempt = Schemas['Attempt'];

export const kEnded = ['success', 'abandon', 'interrupt'];

export function hasEnded(execution: Pick<Execution, 'job_status'>): boolean {
  return kEnded.includes(execution.job_status);
}

export type Phase = {
  kind: 'waiting' | 'attempt' | 'backoff' | 'callback';
  from: number;
  to: number;
  attempt: Attempt | null;
};

/// A wait for the start below this is no phase of its own.
const kShort = 100;

/// Returns how an execution spent its time: waiting for its start, attempts, waits between them. What is
/// not over lasts until `present`.
export function phasesOf(execution: Execution, present: number): Phase[] {
  const phases: Phase[] = [];
  const scheduled = toMillis(execution.scheduled_at);
  const attempts = execution.attempts;
  const first = toMillis(attempts[0]?.begin_at);
  const over = hasEnded(execution);
  if (scheduled !== null) {
    const until = first ?? (over ? scheduled : Math.max(scheduled, present));
    if (until - scheduled >= kShort)
      phases.push({ kind: 'waiting', from: scheduled, to: until, attempt: null });
  }
  attempts.forEach((attempt, index) => {
    const from = toMillis(attempt.begin_at);
    if (from === null) return;
    const next = toMillis(attempts[index + 1]?.begin_at);
    const end = toMillis(attempt.end_at) ?? next ?? Math.max(from, present);
    phases.push({ kind: 'attempt', from, to: Math.max(from, end), attempt });
    const last = index === attempts.length - 1;
    if (next !== null && next > end) phases.push({ kind: 'backoff', from: end, to: next, attempt: null });
    else if (last && !over && attempt.end_at && present > end)
      phases.push({
        kind: execution.job_status === 'executing' ? 'callback' : 'backoff',
        from: end,
        to: present,
        attempt: null,
      });
  });
  return phases;
}

export type Timing = { phase: 'dns' | 'connect' | 'tls' | 'wait' | 'receive'; from: number; to: number };

function numbers(value: unknown): Record<string, number> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

/// Returns the phases of an HTTP request from `detail.timing_ms`, whose members are the milliseconds from the begin to the
/// end of each phase; 0: the phase did not happen, as on a connection that is reused.
export function timingOf(detail: Record<string, unknown>): Timing[] {
  const { dns = 0, connect = 0, tls = 0, first_byte = 0, total = 0 } = numbers(detail.timing_ms);
  const found: Timing[] = [];
  let at = 0;
  const add = (phase: Timing['phase'], end: number) => {
    if (end <= at) return;
    found.push({ phase, from: at, to: end });
    at = end;
  };
  // A name lookup of microseconds is that of an address, or of a reused connection.
  if (dns >= 0.05) add('dns', dns);
  add('connect', connect);
  add('tls', tls);
  add('wait', first_byte);
  add('receive', total);
  return found;
}

export type Stream = 'stdout' | 'stderr';
export type Piece = { stream: Stream; text: string };

/// Returns the kept output of an attempt in pieces. `detail.stderr` names the parts of standard error as offset and
/// length in bytes of UTF-8.
export function piecesOf(attempt: Pick<Attempt, 'output' | 'detail'>): Piece[] {
  const parts = (attempt.detail as { stderr?: unknown }).stderr;
  if (!Array.isArray(parts) || parts.length === 0)
    return attempt.output ? [{ stream: 'stdout', text: attempt.output }] : [];
  const bytes = new TextEncoder().encode(attempt.output);
  const decoder = new TextDecoder();
  const pieces: Piece[] = [];
  let at = 0;
  const add = (stream: Stream, end: number) => {
    const text = decoder.decode(bytes.subarray(at, end));
    if (text) pieces.push({ stream, text });
    at = Math.max(at, end);
  };
  for (const [offset, size] of parts as [number, number][]) {
    add('stdout', offset);
    add('stderr', offset + size);
  }
  add('stdout', bytes.length);
  return pieces;
}

export type Line = { stream: Stream; text: string };

// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences of terminals begin with one
const kEscapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

/// Splits output into lines without the control sequences of terminals. The streams are split on their own, so that an
/// unfinished line of one does not swallow what the other wrote in between.
export function linesOf(pieces: Piece[]): Line[] {
  const lines: Line[] = [];
  const open: Record<Stream, Line | null> = { stdout: null, stderr: null };
  for (const { stream, text } of pieces) {
    const parts = text.replace(kEscapes, '').split(/\r\n|\n/);
    parts.forEach((part, index) => {
      const line = open[stream];
      if (line) line.text += part;
      else if (part !== '' || index < parts.length - 1) {
        open[stream] = { stream, text: part };
        lines.push(open[stream]);
      }
      if (index < parts.length - 1) open[stream] = null;
    });
  }
  return lines;
}

/// Returns formatted JSON, or null if the text is none or is formatted already.
export function prettyJson(text: string): string | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}

export type LateReason = 'catchUp' | 'overlap' | 'key' | 'capacity';

/// Returns what explains a late start: what is certain (missed occurrences, an earlier execution that was under way),
/// otherwise what is likely.
export function lateReasonOf(
  lateness: number | null,
  facts: { missed: boolean; busyUntil: number | null; key: boolean },
): LateReason | null {
  if (lateness === null || lateness < kLate) return null;
  if (facts.missed) return 'catchUp';
  if (facts.busyUntil !== null) return 'overlap';
  return facts.key ? 'key' : 'capacity';
}

/// Returns until when an earlier execution was under way at `scheduled`; null: none was.
export function busyUntil(
  previous: Pick<Schemas['ExecutionSummary'], 'begin_at' | 'end_at'>[],
  scheduled: number | null,
): number | null {
  if (scheduled === null) return null;
  const ends = previous
    .filter(({ begin_at }) => (toMillis(begin_at) ?? Number.POSITIVE_INFINITY) <= scheduled)
    .map(({ end_at }) => toMillis(end_at))
    .filter((end): end is number => end !== null && end > scheduled);
  return ends.length === 0 ? null : Math.max(...ends);
}
