import { parseDocument, stringify } from 'yaml';
import { type Definition, isObject, type Json, ordered } from './definition';
import { lineOfJsonError } from './json_error';

/// A definition as text, and back.
export type Format = 'yaml' | 'json';

export function serialize(definition: Definition, format: Format): string {
  const value = ordered(definition);
  return format === 'json' ? `${JSON.stringify(value, null, 2)}\n` : stringify(value, { lineWidth: 0 });
}

/// `line` counts from 1; null: unknown.
export type ParseFailure = { kind: 'syntax' | 'type'; message: string; line: number | null };
export type Parsed = { definition: Definition } | { failure: ParseFailure };

function typed(value: unknown): Parsed {
  if (!isObject(value)) return { failure: { kind: 'type', message: '', line: 1 } };
  return { definition: value };
}

function parseJson(text: string): Parsed {
  try {
    return typed(JSON.parse(text) as Json);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { failure: { kind: 'syntax', message, line: lineOfJsonError(text) } };
  }
}

function parseYaml(text: string): Parsed {
  const document = parseDocument(text, { prettyErrors: true });
  const error = document.errors[0];
  if (error) {
    const message = (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
    return { failure: { kind: 'syntax', message, line: error.linePos?.[0].line ?? null } };
  }
  try {
    // Through JSON, so that a value without a JSON form cannot enter the definition.
    return typed(JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 }) ?? null)));
  } catch (failure) {
    const message = failure instanceof Error ? failure.message : String(failure);
    return { failure: { kind: 'syntax', message, line: null } };
  }
}

export function parse(text: string, format: Format): Parsed {
  return format === 'json' ? parseJson(text) : parseYaml(text);
}
