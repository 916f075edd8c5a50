import { kPrefix, type Schemas } from '../../api/client';
import type { Format } from './search';
import { toYaml } from './yaml';

type Job = Schemas['Job'];
type Data = Record<string, unknown>;

const kOfServer = ['job_id', 'tenant_id', 'created_at', 'updated_at', 'revision'];

/// Removes null, '' and objects that are empty then: an absent member means the same to the API. The contents of a body,
/// of parameters and of headers are the target's, and stay as they are.
function withoutDefaults(value: Data): Data {
  const result: Data = {};
  for (const [name, each] of Object.entries(value)) {
    if (each === null || each === '') continue;
    const object = typeof each === 'object' && !Array.isArray(each);
    const kept =
      object && !['body', 'params', 'headers', 'labels'].includes(name)
        ? withoutDefaults(each as Data)
        : each;
    if (object && Object.keys(kept as Data).length === 0) continue;
    result[name] = kept;
  }
  return result;
}

/// Returns the definition of a job: what `POST /job` and `ecron apply` accept.
export function definitionOf(job: Job): Data {
  const all = Object.fromEntries(Object.entries(job).filter(([name]) => !kOfServer.includes(name)));
  const context = { ...(all.job_context as Data) };
  delete context.execute_id;
  if (context.mode === 'exe') {
    // The method of a command has no meaning; the server fills it in.
    const { method: _, ...info } = (context.info ?? {}) as Data;
    context.info = info;
  }
  return withoutDefaults({ ...all, job_context: context });
}

/// A word of a POSIX shell.
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function curl(job: Job, origin: string, authenticated: boolean): string {
  const path = `${origin}${kPrefix}/job/by-name/${encodeURIComponent(job.job_name)}`;
  const lines = [`curl -X PUT ${shellWord(path)}`, `-H 'Content-Type: application/json'`];
  if (authenticated) lines.push('-H "Authorization: Bearer $ECRON_TOKEN"');
  lines.push(`--data-binary ${shellWord(JSON.stringify(definitionOf(job), null, 2))}`);
  return `${lines.join(' \\\n  ')}\n`;
}

/// Returns the flags of `ecron job create`, or null if the job has members that these do not express.
function createFlags(definition: Data): string[] | null {
  const { job_name, job_type, job_cron_time, job_context, enabled, ...further } = definition;
  const { mode, exec, info, timezone, labels, ...policies } = job_context as Data;
  const { method, ...request } = (info ?? {}) as Data;
  const byFlag = job_type === (job_cron_time ? 'scheduled' : 'real-time');
  if (!byFlag || [further, policies, request].some(each => Object.keys(each).length > 0)) return null;
  const flags = [shellWord(String(job_name))];
  if (job_cron_time) flags.push(`--cron ${shellWord(String(job_cron_time))}`);
  if (timezone) flags.push(`--tz ${shellWord(String(timezone))}`);
  flags.push(`${mode === 'exe' ? '--command' : '--url'} ${shellWord(String(exec ?? ''))}`);
  if (method && mode !== 'exe') flags.push(`--method ${method}`);
  for (const [name, value] of Object.entries((labels ?? {}) as Data))
    flags.push(`--label ${shellWord(`${name}=${value}`)}`);
  if (enabled !== true) flags.push('--disabled');
  return flags;
}

function cli(job: Job): string {
  const definition = definitionOf(job);
  const flags = createFlags(definition);
  if (flags) return `ecron job create ${flags.join(' \\\n  ')}\n`;
  return `ecron apply -f - <<'EOF'\n${toYaml(definition)}EOF\n`;
}

/// The job as text that makes it again. `origin` is the address of the server.
export function copyAs(format: Format, job: Job, origin: string, authenticated: boolean): string {
  if (format === 'curl') return curl(job, origin, authenticated);
  if (format === 'cli') return cli(job);
  if (format === 'yaml') return toYaml(definitionOf(job));
  return `${JSON.stringify(definitionOf(job), null, 2)}\n`;
}
