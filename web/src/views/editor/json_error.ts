/// Where a text stops being JSON. JSON.parse does not say it in every browser.
const kToken =
  /\s*(?:([{}[\],:])|("(?:[^"\\\n]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;

type Token = { text: string; value: boolean; at: number };

class Reader {
  private offset = 0;
  constructor(private readonly text: string) {}

  /// Returns the next token without taking it; null at the end, or where no token begins.
  peek(): Token | null {
    kToken.lastIndex = this.offset;
    const found = kToken.exec(this.text);
    if (!found) return null;
    const text = found[1] ?? found[2] ?? '';
    return { text, value: found[2] !== undefined, at: kToken.lastIndex };
  }

  take(): Token | null {
    const token = this.peek();
    if (token) this.offset = token.at;
    return token;
  }

  /// Takes the expected sign, or returns false and stays.
  accept(sign: string): boolean {
    if (this.peek()?.text !== sign) return false;
    this.take();
    return true;
  }

  /// Reads one value; false if there is none.
  value(): boolean {
    const token = this.peek();
    if (token?.value) return this.take() !== null;
    if (token?.text === '{') return this.list('}', () => this.member());
    if (token?.text === '[') return this.list(']', () => this.value());
    return false;
  }

  /// The offset of the first character that was not taken, behind white space.
  get position(): number {
    const space = /^\s*/.exec(this.text.slice(this.offset))?.[0].length ?? 0;
    return Math.min(this.offset + space, this.text.trimEnd().length);
  }

  private member(): boolean {
    if (!this.peek()?.text.startsWith('"')) return false;
    this.take();
    return this.accept(':') && this.value();
  }

  private list(end: string, item: () => boolean): boolean {
    this.take();
    if (this.accept(end)) return true;
    do if (!item()) return false;
    while (this.accept(','));
    return this.accept(end);
  }
}

/// Returns the line, from 1, at which the text stops being JSON.
export function lineOfJsonError(text: string): number {
  const reader = new Reader(text);
  reader.value();
  return text.slice(0, reader.position).split('\n').length;
}
