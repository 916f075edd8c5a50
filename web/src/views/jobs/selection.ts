import { useCallback, useRef, useState } from 'react';

/// Which jobs are selected. With Shift, everything between the last click and this one is.
export type Selection = {
  ids: ReadonlySet<string>;
  toggle: (id: string, range: boolean) => void;
  replace: (ids: Iterable<string>) => void;
  clear: () => void;
};

/// Returns the selection after a click; `order` are the ids as they are listed.
export function afterClick(
  before: ReadonlySet<string>,
  order: string[],
  id: string,
  anchor: string | null,
): ReadonlySet<string> {
  const next = new Set(before);
  const add = !before.has(id);
  const [from, to] = [order.indexOf(anchor ?? id), order.indexOf(id)];
  const range = from < 0 || to < 0 ? [id] : order.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const each of range) {
    if (add) next.add(each);
    else next.delete(each);
  }
  return next;
}

export function useSelection(order: string[]): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef<string | null>(null);
  const latest = useRef(order);
  latest.current = order;
  const toggle = useCallback((id: string, range: boolean) => {
    const from = range ? anchor.current : null;
    setIds(before => afterClick(before, latest.current, id, from));
    anchor.current = id;
  }, []);
  const replace = useCallback((all: Iterable<string>) => setIds(new Set(all)), []);
  const clear = useCallback(() => setIds(new Set()), []);
  return { ids, toggle, replace, clear };
}
