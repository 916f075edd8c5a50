import reference from '../../../../docs/jobs.md?raw';
import chinese from '../../../../docs/zh-CN/jobs.md?raw';

/// The members of a job, from the reference in docs/, which the server generates from the same table as the OpenAPI
/// document. The form takes descriptions, ranges and examples from here, in both languages.
export type Member = {
  path: string;
  kind: 'duration' | 'integer' | 'number' | 'text' | 'other';
  /// Limits as the reference writes them: '1ms', '1d', '1000'.
  min?: string;
  max?: string;
  maxLength?: number;
  /// The default as the reference writes it; a name of an option means the value of that option.
  default: string;
  example: string;
  description: { en: string; 'zh-CN': string };
};

type Row = { path: string; type: string; default: string; description: string; example: string };

/// Splits a row of a table at `|`, but not at `\|`.
function cells(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map(cell => cell.trim().replaceAll('\\|', '|'));
}

const unquoted = (text: string): string => text.replace(/^`(.*)`$/, '$1');

export function readReference(markdown: string): Row[] {
  const rows: Row[] = [];
  let prefix = '';
  for (const line of markdown.split('\n')) {
    if (line.startsWith('## ')) {
      const title = line.slice(3).trim();
      prefix = title.startsWith('job_context') ? `${title}.` : '';
    }
    if (!line.startsWith('| `')) continue;
    const [name = '', type = '', standard = '', description = '', example = ''] = cells(line);
    rows.push({
      path: prefix + unquoted(name),
      type,
      default: unquoted(standard),
      description,
      example: unquoted(example),
    });
  }
  return rows;
}

function kindOf(type: string): Member['kind'] {
  const word = /^(duration|integer|number|text)\b/.exec(type)?.[1];
  return (word as Member['kind'] | undefined) ?? 'other';
}

export function readMembers(english: string, translated: string): Member[] {
  const translations = new Map(readReference(translated).map(row => [row.path, row.description]));
  return readReference(english).map(row => {
    const range = /, (-?[\w.]+) to ([\w.]+)$/.exec(row.type);
    const length = /at most (\d+) characters/.exec(row.type);
    return {
      path: row.path,
      kind: kindOf(row.type),
      ...(range?.[1] && range[2] ? { min: range[1], max: range[2] } : {}),
      ...(length ? { maxLength: Number(length[1]) } : {}),
      default: row.default,
      example: row.example.replace(/^"(.*)"$/, '$1'),
      description: { en: row.description, 'zh-CN': translations.get(row.path) ?? row.description },
    };
  });
}

export const kMembers: Member[] = readMembers(reference, chinese);

const byPath = new Map(kMembers.map(member => [member.path, member]));

export function memberAt(path: string): Member | undefined {
  return byPath.get(path);
}

/// Returns the members of the definition that the server does not know, which it would ignore.
export function unknownMembers(definition: Record<string, unknown>): string[] {
  const found: string[] = [];
  const visit = (value: Record<string, unknown>, prefix: string): void => {
    for (const [name, each] of Object.entries(value)) {
      const path = prefix + name;
      if (!byPath.has(path)) found.push(path);
      else if (
        typeof each === 'object' &&
        each !== null &&
        !Array.isArray(each) &&
        kMembers.some(member => member.path.startsWith(`${path}.`))
      )
        visit(each as Record<string, unknown>, `${path}.`);
    }
  };
  visit(definition, '');
  return found;
}
