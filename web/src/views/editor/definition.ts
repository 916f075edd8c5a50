import { kMembers } from './members';

/// The definition of a job as a person writes it: a JSON object without the members that the server fills in. Absent
/// members have their defaults. Paths are names joined by dots: `job_context.retry.max_attempts`.
export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };
export type JsonObject = { [member: string]: Json };
export type Definition = JsonObject;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/// Returns the member at a path; undefined if it is absent or null.
export function getAt(definition: Definition, path: string): Json | undefined {
  let value: Json | undefined = definition;
  for (const name of path.split('.')) {
    if (!isObject(value)) return undefined;
    value = value[name];
  }
  return value ?? undefined;
}

/// Returns a member as the text of a field, whatever its type is.
export function textAt(definition: Definition, path: string): string {
  const value = getAt(definition, path);
  if (value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/// These members stay when they are empty: the form and the document show that they are needed.
const kKept = new Set(['job_name', 'job_cron_time', 'job_context.exec']);
/// These objects stay when they become empty: `kubernetes` tells the kind of the target.
const kKeptObjects = new Set(['job_context', 'job_context.info.kubernetes']);

function withMember(
  parent: JsonObject,
  names: string[],
  value: Json | undefined,
  prefix: string,
): JsonObject {
  const [name = '', ...rest] = names;
  const path = prefix ? `${prefix}.${name}` : name;
  const result = { ...parent };
  if (rest.length > 0) {
    const before = parent[name];
    const child = withMember(isObject(before) ? before : {}, rest, value, path);
    if (Object.keys(child).length > 0 || kKeptObjects.has(path)) result[name] = child;
    else delete result[name];
  } else if (value === undefined || value === null || (value === '' && !kKept.has(path))) delete result[name];
  else result[name] = value;
  return result;
}

/// Returns the definition with another value at a path. undefined and '' remove the member, and the objects that become
/// empty by that.
export function setAt(definition: Definition, path: string, value: Json | undefined): Definition {
  return withMember(definition, path.split('.'), value, '');
}

/// Members that the server fills in, and one that belongs to requests to run a job.
const kServerMembers = ['job_id', 'tenant_id', 'created_at', 'updated_at', 'revision'];
/// Members whose content belongs to the person: nothing in them is removed.
const kFree = new Set(['body', 'resources', 'params', 'headers', 'environment', 'env', 'labels']);

function withoutEmpty(value: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [name, each] of Object.entries(value)) {
    if (each === null || each === '') continue;
    if (isObject(each) && !(name === 'body')) {
      const inner = kFree.has(name) ? each : withoutEmpty(each);
      if (Object.keys(inner).length > 0) result[name] = inner;
    } else result[name] = each;
  }
  return result;
}

/// Returns what a person defined of a stored job: without the server's members and without empty ones.
export function fromStored(job: object): Definition {
  const copy = structuredClone(job) as JsonObject;
  for (const name of kServerMembers) delete copy[name];
  if (isObject(copy.job_context)) delete copy.job_context.execute_id;
  return ordered({ job_cron_time: '', enabled: false, ...withoutEmpty(copy) });
}

function rank(path: string): number {
  const found = kMembers.findIndex(member => member.path === path);
  return found < 0 ? kMembers.length : found;
}

/// The order in which a person reads a job, before the order of the reference.
const kFirst = ['job_name', 'enabled', 'job_type', 'job_cron_time', 'remarks', 'job_context'];

function sorted(value: JsonObject, prefix: string): JsonObject {
  const names = Object.keys(value);
  const place = (name: string): number => {
    const first = prefix === '' ? kFirst.indexOf(name) : -1;
    return first >= 0 ? first - kFirst.length : rank(prefix ? `${prefix}.${name}` : name);
  };
  const result: JsonObject = {};
  for (const name of names.sort((a, b) => place(a) - place(b))) {
    const each = value[name] as Json;
    const path = prefix ? `${prefix}.${name}` : name;
    result[name] = isObject(each) && !kFree.has(name) ? sorted(each, path) : each;
  }
  return result;
}

/// Returns the definition with its members in the order of the reference; unknown ones are last.
export function ordered(definition: Definition): Definition {
  return sorted(definition, '');
}

export function equal(one: Definition, other: Definition): boolean {
  return JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
}

export type TargetKind = 'http' | 'command' | 'kubernetes';

export function targetKind(definition: Definition): TargetKind {
  if (getAt(definition, 'job_context.mode') !== 'exe') return 'http';
  return isObject(getAt(definition, 'job_context.info.kubernetes')) ? 'kubernetes' : 'command';
}

/// The part of a definition that belongs to one kind of target.
export type Target = { mode: string; exec: string; info: JsonObject | undefined };

export function targetOf(definition: Definition): Target {
  const info = getAt(definition, 'job_context.info');
  return {
    mode: textAt(definition, 'job_context.mode'),
    exec: textAt(definition, 'job_context.exec'),
    info: isObject(info) ? info : undefined,
  };
}

export function emptyTarget(kind: TargetKind): Target {
  if (kind === 'http') return { mode: 'https', exec: '', info: undefined };
  return { mode: 'exe', exec: '', info: kind === 'kubernetes' ? { kubernetes: {} } : undefined };
}

export function withTarget(definition: Definition, target: Target): Definition {
  let result = setAt(definition, 'job_context.mode', target.mode);
  result = setAt(result, 'job_context.exec', target.exec);
  return ordered(setAt(result, 'job_context.info', target.info));
}

/// Sets the URL, and the mode that its scheme means.
export function withUrl(definition: Definition, url: string): Definition {
  const result = setAt(definition, 'job_context.exec', url);
  const scheme = /^(https?):/i.exec(url)?.[1]?.toLowerCase();
  return scheme ? setAt(result, 'job_context.mode', scheme) : result;
}

/// The definition with which a new job begins. It has no schedule: a default would run if nobody looked.
export function blank(zone: string): Definition {
  return {
    job_name: '',
    enabled: true,
    job_type: 'scheduled',
    job_cron_time: '',
    job_context: { mode: 'https', exec: '', timezone: zone },
  };
}

/// Returns the definition for a copy of a job: under another name, and not enabled before it was looked at.
export function copyOf(definition: Definition, name: string): Definition {
  return ordered({ ...definition, job_name: name.slice(0, 64), enabled: false });
}
