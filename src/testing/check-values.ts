import type { SqlValue } from '../engine/values.js';
import { isWord, type NormalToken, nameOf, normalTokens } from '../migrate/normal-sql.js';

/** A text that is asked to be longer is not made up. */
const LONGEST = 10_000;

/** What values satisfy a CHECK that calls one of these is not in its literals. */
const VALUES_BY_FUNCTION: Readonly<Record<string, readonly SqlValue[]>> = {
  typeof: [1, 0.5, 'text', new Uint8Array([1])],
  json_valid: ['{}', '[]', '1'],
  json_type: ['{}', '[]', '"text"', '1'],
  date: ['2024-02-29', '1970-01-01'],
  time: ['09:30:00'],
  datetime: ['2024-02-29 09:30:00', '1970-01-01 00:00:00'],
  strftime: ['2024-02-29', '2024-02-29 09:30:00'],
  julianday: ['2024-02-29'],
  unixepoch: ['2024-02-29'],
  lower: ['text'],
  upper: ['TEXT'],
};

/** Values that a CHECK may accept, found in its own text: literals, their neighbours, texts of a length or a pattern. */
export function checkValues(expression: string): SqlValue[] {
  const tokens = normalTokens(expression);
  const texts = tokens.filter(({ kind }) => kind === 'string').map(({ text }) => nameOf(text));
  const numbers = tokens.flatMap((token, at) => numbersOf(token, tokens[at - 1]));
  const values: SqlValue[] = [...texts, ...numbers];
  if (tokens.some((token) => isWord(token, 'length') || isWord(token, 'octet_length')))
    for (const length of numbers)
      if (length >= 0 && length <= LONGEST) values.push('abcdefghij'.repeat(length / 10 + 1).slice(0, Number(length)));
  for (const token of tokens) values.push(...(token.kind === 'word' ? (VALUES_BY_FUNCTION[token.text] ?? []) : []));
  if (tokens.some((token) => isWord(token, 'glob'))) values.push(...texts.map(globbed));
  if (tokens.some((token) => isWord(token, 'like')))
    values.push(
      ...texts.map((text) => text.replaceAll('%', '').replaceAll('_', 'a')),
      ...texts.map((text) => text.replaceAll(/[%_]/g, 'a')),
    );
  return values;
}

function numbersOf({ kind, text }: NormalToken, before: NormalToken | undefined): number[] {
  const number = kind === 'number' ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (Number.isNaN(number)) return [];
  const signed = before?.text === '-' ? [-number, -number + 1, -number - 1] : [];
  return [number, number + 1, number - 1, ...signed];
}

/** A text that a GLOB pattern matches, as far as its classes begin with what they take. */
function globbed(pattern: string): string {
  return pattern
    .replaceAll(/\[(\^?)([^\]]+)\]/g, (_, not: string, [first = '']: string) => (not ? (/\d/.test(first) ? 'a' : '0') : first))
    .replaceAll('*', '')
    .replaceAll('?', 'a');
}
