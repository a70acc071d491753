import type { SqlValue } from '../../engine/values.js';
import type { Validated } from './schema-issues.js';

/** What a JSON column holds. */
export interface StoredJson {
  /** The text that stores the same again; undefined of a blob, which no text does. */
  readonly raw: string | undefined;
  readonly parsed: Validated<unknown>;
}

/** SQLite makes numbers of texts that are numbers in a column of type JSON, and gives them back as such. */
export function readJson(stored: SqlValue): StoredJson {
  if (typeof stored === 'string') return { raw: stored, parsed: parse(stored) };
  if (typeof stored === 'bigint')
    return { raw: String(stored), parsed: { issues: ['expected a number that JavaScript holds exactly, and found a greater integer'] } };
  if (typeof stored !== 'number') return { raw: undefined, parsed: { issues: ['expected JSON and found a blob'] } };
  if (Number.isFinite(stored)) return { raw: String(stored), parsed: { value: stored } };
  // SQL has no word for infinity; this number is beyond what SQLite can hold, and becomes it.
  return { raw: stored > 0 ? '9e999' : '-9e999', parsed: { issues: ['expected a finite number'] } };
}

function parse(text: string): Validated<unknown> {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { issues: ['expected JSON and found another text'] };
  }
}

/** The JSON text of a value; undefined where JSON would leave it out, or put null in place of a number. */
export function writeJson(value: unknown): string | undefined {
  let isExact = true;
  try {
    const text: string | undefined = JSON.stringify(value, (_, item: unknown) => {
      if (typeof item === 'number' && !Number.isFinite(item)) isExact = false;
      return item;
    });
    return isExact ? text : undefined;
  } catch {
    return undefined;
  }
}
