import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';

/// Whether the page is being printed: what is drawn in parts for the screen must be complete then.
export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const query = window.matchMedia('print');
    const change = () => flushSync(() => setPrinting(query.matches));
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, []);
  return printing;
}
