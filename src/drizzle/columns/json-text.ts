import type { SqlValue } from '../../engine/values.js';
import type { Validated } from './schema-issues.js';

/** What a JSON column holds. */
export interface StoredJson {
  /** What stores the same again. */
  readonly raw: string | Uint8Array;
  readonly parsed: Validated<unknown>;
}

/** SQLite makes numbers of texts that are numbers in a column of type JSON, and gives them back as such. */
export function readJson(stored: SqlValue): StoredJson {
  if (typeof stored === 'string') return { raw: stored, parsed: parse(stored) };
  if (typeof stored === 'bigint') return { raw: String(stored), parsed: parse(String(stored)) };
  if (stored instanceof Uint8Array) return { raw: stored, parsed: { issues: ['expected JSON and found a blob'] } };
  // Drizzle gives no null to a column.
  if (stored === null) return { raw: 'null', parsed: { value: null } };
  if (Number.isFinite(stored)) return { raw: String(stored), parsed: { value: stored } };
  // SQL has no word for infinity; this number is beyond what SQLite can hold, and becomes it.
  return { raw: stored > 0 ? '9e999' : '-9e999', parsed: { issues: ['expected a finite number'] } };
}

function parse(text: string): Validated<unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isExact(text) ? { value } : { issues: ['expected numbers that JavaScript holds exactly, and found a greater integer'] };
  } catch {
    return { issues: ['expected JSON and found another text'] };
  }
}

/** Whether every integer in a JSON text is the one that a number of JavaScript would be written as. */
function isExact(json: string): boolean {
  // Fewer digits than these are always exact.
  if (!/\d{16}/.test(json)) return true;
  const outsideOfTexts = json.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return [...outsideOfTexts.matchAll(/(?<![.\d])-?\d{16,}(?![\d.eE])/g)].every(([digits]) => String(Number(digits)) === digits);
}

/** The JSON text of a value; undefined where JSON would leave it out, or put null in place of a number. */
export function writeJson(value: unknown): string | undefined {
  let hasNumbers = true;
  try {
    const text: string | undefined = JSON.stringify(value, (_, item: unknown) => {
      if (typeof item === 'number' && !Number.isFinite(item)) hasNumbers = false;
      return item;
    });
    return hasNumbers ? text : undefined;
  } catch {
    return undefined;
  }
}
