/// Search parameters as plain text: `?state=abandon&label=team:a&label=env:b`. A view validates what it finds, so that a
/// misspelt address shows the defaults instead of an error.
export type RawSearch = Record<string, unknown>;

export function parseSearch(query: string): RawSearch {
  const result: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const before = result[name];
    if (before === undefined) result[name] = value;
    else result[name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return result;
}

/// Leaves out what is undefined, null, false and ''.
export function stringifySearch(search: RawSearch): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search))
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined && each !== null && each !== false && each !== '')
        params.append(name, String(each));
  const text = params.toString().replaceAll('%3A', ':').replaceAll('%2C', ',');
  return text ? `?${text}` : '';
}

export function textOf(value: unknown): string | undefined {
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined || first === null || first === '' ? undefined : String(first);
}

export function listOf(value: unknown): string[] | undefined {
  const all = (Array.isArray(value) ? value : [value]).filter(each => each !== undefined && each !== '');
  return all.length > 0 ? all.map(String) : undefined;
}

export function oneOf<const Value extends string>(
  value: unknown,
  allowed: readonly Value[],
): Value | undefined {
  const found = textOf(value);
  return allowed.find(each => each === found);
}

export function numberOf(value: unknown): number | undefined {
  const number = Number(textOf(value) ?? Number.NaN);
  return Number.isFinite(number) ? number : undefined;
}

/// Removes members that are undefined, so that equal searches are equal objects.
export function compact<Search extends object>(search: Search): Search {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as Search;
}
