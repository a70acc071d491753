import type { SqlValue } from '../engine/values.js';

type Kind = 'integer' | 'real' | 'number' | 'boolean' | 'text' | 'datetime' | 'date' | 'time' | 'json' | 'blob' | 'any';

const LONG_TEXT = 'Long text. '.repeat(100);

/** The values that code forgets about, by what a column is declared to hold. The first is an ordinary one. */
const SAMPLES: Readonly<Record<Kind, readonly SqlValue[]>> = {
  integer: [1, 0, -1, 2_147_483_648, 9_007_199_254_740_993n, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n],
  real: [0.5, 0, -1, 0.1, -2.5e-7, 1.5e300],
  number: [1, 0, -1, 0.7, 12.5, 9_223_372_036_854_775_807n],
  boolean: [1, 0],
  text: ['text', '', `O'Neil said "no" \u{1f600}`, LONG_TEXT, '0', ' line\nbreak\t', '\ufeffe\u0301', 'NULL'],
  datetime: ['2024-02-29 09:30:00', '2024-02-29 09:30:00.123456', '1970-01-01 00:00:00', '9999-12-31 23:59:59'],
  date: ['2024-02-29', '1970-01-01', '9999-12-31'],
  time: ['09:30:00', '00:00:00', '23:59:59.999'],
  json: ['{}', '[]', 'null', `{"a": ["it's", "\u{1f600}", 0.5]}`, '0.7', '"text"'],
  blob: [new Uint8Array([1, 2, 3]), new Uint8Array(0), new Uint8Array([0, 255, 0, 39])],
  any: [1, 'text', '', new Uint8Array([0, 255]), 0.5, 9_223_372_036_854_775_807n, '0'],
};

/** In SQLite's order (https://www.sqlite.org/datatype3.html#determination_of_column_affinity), after what names say more. */
const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/datetime|timestamp/, 'datetime'],
  [/date/, 'date'],
  [/^time/, 'time'],
  [/bool/, 'boolean'],
  [/json/, 'json'],
  [/int/, 'integer'],
  [/char|clob|text/, 'text'],
  [/blob/, 'blob'],
  [/real|floa|doub/, 'real'],
  [/^(any)?$/, 'any'],
];

/** Values at the edges of what a column of a declared type holds; texts no longer than it says. */
export function sampleValues(type: string): readonly SqlValue[] {
  const limit = lengthLimit(type);
  return SAMPLES[kindOf(type)].map((value) => (typeof value === 'string' ? cut(value, limit) : value));
}

/** A value that differs from those of all other rows. */
export function freshValue(type: string, row: number): SqlValue {
  const time = new Date(Date.UTC(2000, 0, 1) + row * 86_401_000).toISOString().replace('T', ' ').slice(0, 19);
  switch (kindOf(type)) {
    case 'integer':
    case 'number':
    case 'boolean':
      return 1000 + row;
    case 'real':
      return 1000.5 + row;
    case 'datetime':
      return time;
    case 'date':
      return time.slice(0, 10);
    case 'time':
      return time.slice(11);
    case 'json':
      return `{"row": ${row}}`;
    case 'blob':
      return new TextEncoder().encode(`row ${row}`);
    case 'text':
    case 'any':
      return `row ${row}`.slice(-lengthLimit(type));
  }
}

function kindOf(type: string): Kind {
  return KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? 'number';
}

/** `varchar(36)` says 36. SQLite does not hold to it, and whoever wrote the rows does. */
function lengthLimit(type: string): number {
  return Number(/\(\s*(\d+)\s*\)/.exec(type)?.[1] ?? Number.POSITIVE_INFINITY);
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : [...text].slice(0, limit).join('');
}
