let pressed = false;

if (typeof window !== 'undefined') {
  window.addEventListener('pointerdown', () => (pressed = true), true);
  for (const end of ['pointerup', 'pointercancel'])
    window.addEventListener(end, () => (pressed = false), true);
}

/// Runs an action when no pointer is pressed. A field that is left because something else is pressed shows its error after
/// the press: the error moves what is below it, and the press would miss.
export function afterPress(action: () => void): void {
  if (!pressed) {
    action();
    return;
  }
  const done = () => {
    window.removeEventListener('pointerup', done, true);
    window.removeEventListener('pointercancel', done, true);
    // The click follows the release.
    setTimeout(action);
  };
  window.addEventListener('pointerup', done, true);
  window.addEventListener('pointercancel', done, true);
}
