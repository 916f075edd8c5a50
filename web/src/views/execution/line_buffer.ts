import { type Line, linesOf, type Piece, type Stream } from './model';

/// More lines than these are not shown; the oldest go. Download has what the server keeps.
export const kMostKept = 50_000;

/// Lines of an output that grows. `lines` changes in place, `version` with it.
export class LineBuffer {
  lines: Line[] = [];
  version = 0;
  dropped = 0;
  private open: Partial<Record<Stream, string>> = {};

  constructor(private readonly most = kMostKept) {}

  append({ stream, text }: Piece): void {
    const cut = text.lastIndexOf('\n');
    // An unfinished line is kept as text, since a terminal's sequence may be split.
    const unfinished = this.open[stream];
    const whole = (unfinished ?? '') + text;
    if (unfinished !== undefined) this.removeOpen(stream);
    this.lines.push(...linesOf([{ stream, text: whole }]));
    this.open[stream] = cut === text.length - 1 ? undefined : whole.slice(whole.lastIndexOf('\n') + 1);
    const excess = this.lines.length - this.most;
    if (excess > 0) {
      this.lines.splice(0, excess + Math.floor(this.most / 10));
      this.dropped += excess + Math.floor(this.most / 10);
    }
    this.version++;
  }

  clear(): void {
    this.lines = [];
    this.open = {};
    this.dropped = 0;
    this.version++;
  }

  private removeOpen(stream: Stream): void {
    const index = this.lines.findLastIndex(line => line.stream === stream);
    if (index >= 0) this.lines.splice(index, 1);
  }
}
