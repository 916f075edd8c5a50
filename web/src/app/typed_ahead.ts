/// Keys that are pressed after the palette was asked for and before its field has the focus. Without this they would be
/// shortcuts of the view below: the r of a name would run a job.
let kept: string | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

/// If the palette cannot be loaded, keys mean again what they did.
const kPatience = 5_000;

export function keepKeys(): void {
  kept ??= '';
  clearTimeout(timer);
  timer = setTimeout(takeKeys, kPatience);
}

/// Returns what was typed, and ends the keeping.
export function takeKeys(): string {
  const text = kept ?? '';
  kept = null;
  clearTimeout(timer);
  return text;
}

/// Returns what is kept after a key: characters and corrections; other keys wait for a palette that is visible.
export function after(text: string, key: string): string {
  if (key === 'Backspace') return text.slice(0, -1);
  return [...key].length === 1 ? text + key : text;
}

function handle(event: KeyboardEvent): void {
  if (kept === null || event.ctrlKey || event.metaKey || event.altKey) return;
  kept = after(kept, event.key);
  event.preventDefault();
  event.stopPropagation();
}

if (typeof document !== 'undefined') document.addEventListener('keydown', handle, true);
