import type { Schemas } from '../../api/client';

export type Change = { member: string; from: string | null; to: string | null };

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/// Returns the changed members of a record; null: the member was or is absent. Members that are empty before and after
/// creation say nothing and are left out.
export function changesOf(difference: Schemas['Audit']['difference']): Change[] {
  return Object.entries(difference ?? {}).flatMap(([member, value]) => {
    const pair = (typeof value === 'object' && value !== null ? value : {}) as {
      from?: unknown;
      to?: unknown;
    };
    const from = pair.from === undefined || pair.from === null ? null : shown(pair.from);
    const to = pair.to === undefined || pair.to === null ? null : shown(pair.to);
    return (from ?? '') === '' && (to ?? '') === '' ? [] : [{ member, from, to }];
  });
}

/// Returns the jobs of some records that exist still: to ask for one that was deleted is refused as a whole.
export function jobsOf(records: Pick<Schemas['Audit'], 'action' | 'object'>[]): string[] {
  const deleted = new Set(
    records.filter(({ action }) => action === 'deleteJobs').flatMap(({ object }) => object.split(',')),
  );
  const jobs = records.filter(
    ({ action, object }) => object && kindOf(action) === 'job' && !object.includes(','),
  );
  return [...new Set(jobs.map(({ object }) => object))].filter(id => !deleted.has(id));
}

export type ObjectKind = 'job' | 'execution' | null;

/// What the object of an action is, to link to it; null: nothing that has a page.
export function kindOf(action: string): ObjectKind {
  if (action === 'deleteJobs') return null;
  if (/Jobs?$/.test(action) && action !== 'runJob') return 'job';
  if (action === 'putJobByName') return 'job';
  if (/^(runJob|cancelExecution|putStatuses|reportResult)$/.test(action)) return 'execution';
  return null;
}
