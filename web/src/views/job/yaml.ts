/// YAML of plain data, in the form in which `ecron export -o yaml` writes it: block style, and double quotes where a plain
/// text would be read as something else.
type Plain = null | boolean | number | string | Plain[] | { [name: string]: Plain };

const kWord = /^(null|true|false|yes|no|on|off|y|n|~)$/i;
const kNumber = /^[-+.]?[0-9]/;

function isPlain(text: string): boolean {
  return (
    /^[\p{L}\p{N}_/.][^\n\r\t]*$/u.test(text) &&
    !/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(text) &&
    !kWord.test(text) &&
    !kNumber.test(text) &&
    !text.startsWith('...') &&
    !/: |:$| #| $/.test(text)
  );
}

function scalar(value: null | boolean | number | string): string {
  if (typeof value !== 'string') return String(value);
  return isPlain(value) ? value : JSON.stringify(value);
}

function isEmpty(value: Plain): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function lines(value: Plain, indent: string): string[] {
  if (typeof value !== 'object' || value === null) return [`${indent}${scalar(value)}`];
  if (Array.isArray(value))
    return value.flatMap(each => {
      const [first = '', ...rest] = isEmpty(each)
        ? [`${indent}  ${empty(each)}`]
        : lines(each, `${indent}  `);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  return Object.entries(value).flatMap(([name, each]) => {
    const key = `${indent}${scalar(name)}:`;
    if (isEmpty(each)) return [`${key} ${empty(each)}`];
    if (typeof each !== 'object' || each === null) return [`${key} ${scalar(each)}`];
    return [key, ...lines(each, `${indent}  `)];
  });
}

function empty(value: Plain): string {
  return Array.isArray(value) ? '[]' : '{}';
}

export function toYaml(value: unknown): string {
  const plain = value as Plain;
  return `${isEmpty(plain) ? empty(plain) : lines(plain, '').join('\n')}\n`;
}
