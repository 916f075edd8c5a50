import { useLayoutEffect, useRef, useState } from 'react';

/// The width of an element, which follows its size: `const [ref, width] = useWidth<HTMLCanvasElement>()`. It is 0 until
/// the element exists, and known before anything is painted.
export function useWidth<Element extends HTMLElement>() {
  const ref = useRef<Element>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    setWidth(element.getBoundingClientRect().width);
    const observer = new ResizeObserver(entries => setWidth(entries[0]?.contentRect.width ?? 0));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width] as const;
}
