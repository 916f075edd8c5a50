import type { Format } from './document';

/// Tokens of a line of a document, for its colours. It is an approximation by line: it decides about colours only.
export type Token = { kind: 'key' | 'string' | 'literal' | 'comment' | 'plain'; text: string };

const kJson = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;
const kYamlKey = /^(\s*(?:- )*)([^\s#'"[\]{},][^#:]*?|"(?:[^"\\]|\\.)*"|'[^']*')(:)(?=\s|$)/;

function jsonTokens(line: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const found of line.matchAll(kJson)) {
    if (found.index > end) tokens.push({ kind: 'plain', text: line.slice(end, found.index) });
    const [all, quoted, colon] = found;
    if (quoted !== undefined) {
      tokens.push({ kind: colon === undefined ? 'string' : 'key', text: quoted });
      if (colon) tokens.push({ kind: 'plain', text: colon });
    } else tokens.push({ kind: 'literal', text: all });
    end = found.index + all.length;
  }
  if (end < line.length) tokens.push({ kind: 'plain', text: line.slice(end) });
  return tokens;
}

function yamlValue(text: string): Token[] {
  const [, space = '', rest = ''] = /^(\s*)(.*)$/s.exec(text) ?? [];
  const tokens: Token[] = space ? [{ kind: 'plain', text: space }] : [];
  if (rest === '') return tokens;
  if (rest.startsWith('#')) return [...tokens, { kind: 'comment', text: rest }];
  if (/^(true|false|null|~|-?\d+(\.\d+)?)$/.test(rest.trimEnd()))
    return [...tokens, { kind: 'literal', text: rest }];
  if (/^[[{]/.test(rest)) return [...tokens, ...jsonTokens(rest)];
  if (/^[|>&*!]/.test(rest)) return [...tokens, { kind: 'plain', text: rest }];
  return [...tokens, { kind: 'string', text: rest }];
}

function yamlTokens(line: string): Token[] {
  const key = kYamlKey.exec(line);
  if (key) {
    const [all, indent = '', name = '', colon = ''] = key;
    return [
      { kind: 'plain', text: indent },
      { kind: 'key', text: name },
      { kind: 'plain', text: colon },
      ...yamlValue(line.slice(all.length)),
    ];
  }
  const item = /^(\s*(?:- )+)(.*)$/.exec(line);
  if (item) return [{ kind: 'plain', text: item[1] ?? '' }, ...yamlValue(item[2] ?? '')];
  return yamlValue(line);
}

export function tokensOf(line: string, format: Format): Token[] {
  return (format === 'json' ? jsonTokens(line) : yamlTokens(line)).filter(({ text }) => text !== '');
}
