import { type Definition, getAt, isObject, type Json, setAt } from './definition';

/// The difference of three versions of a job: the one that was loaded, the one that another client has stored since, and
/// the one in the form.
export type Difference = {
  path: string;
  base: Json | undefined;
  theirs: Json | undefined;
  mine: Json | undefined;
  /// Who changed the member; `both` with different results is a conflict.
  by: 'theirs' | 'mine' | 'both';
};

/// Objects of free content are compared as a whole: their names may contain dots.
const kWhole = /(^|\.)(params|headers|environment|env|labels|body|resources)$/;

function leaves(value: Json | undefined, path: string, found: Set<string>): void {
  if (isObject(value) && !kWhole.test(path))
    for (const [name, each] of Object.entries(value)) leaves(each, path ? `${path}.${name}` : name, found);
  else if (path && value !== undefined && value !== null) found.add(path);
}

const same = (one: Json | undefined, other: Json | undefined): boolean =>
  JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

export function differences(base: Definition, theirs: Definition, mine: Definition): Difference[] {
  const paths = new Set<string>();
  for (const version of [base, theirs, mine]) leaves(version, '', paths);
  const found: Difference[] = [];
  for (const path of paths) {
    const values = { base: getAt(base, path), theirs: getAt(theirs, path), mine: getAt(mine, path) };
    const they = !same(values.base, values.theirs);
    const me = !same(values.base, values.mine);
    if (!they && !me) continue;
    found.push({ path, ...values, by: they && me ? 'both' : they ? 'theirs' : 'mine' });
  }
  return found;
}

export function isConflict({ by, theirs, mine }: Difference): boolean {
  return by === 'both' && !same(theirs, mine);
}

/// Returns their version with my changes; of conflicts, those in `keepTheirs` stay as they are there.
export function merged(
  theirs: Definition,
  all: Difference[],
  keepTheirs: ReadonlySet<string> = new Set(),
): Definition {
  let result = theirs;
  for (const { path, by, mine } of all)
    if (by !== 'theirs' && !keepTheirs.has(path)) result = setAt(result, path, mine);
  return result;
}
