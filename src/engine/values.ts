import { ParameterError } from '../errors/sql-error.js';

/** What a column gives: integers are numbers where safe and bigints beyond, never rounded. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** What a parameter takes: a value, or a boolean, which is stored as 1 or 0. */
export type BindValue = SqlValue | boolean;

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** A value ready for sql.js. `isInteger` asks for a CAST: sql.js binds integers beyond 32 bits as REAL, bigints as TEXT. */
export interface BoundValue {
  readonly value: unknown;
  readonly isInteger: boolean;
}

/**
 * Checks one parameter and brings it into the form in which sql.js keeps it exactly.
 *
 * @throws {ParameterError} for what SQLite has no exact value for: undefined, NaN, Date, other typed arrays and objects, text
 * with lone surrogates, integers beyond 64 bits.
 */
export function bindable(value: unknown, parameter: string): BoundValue {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed())
        throw unfit('PARAMETER_TEXT', parameter, 'text with a lone surrogate', 'Use toWellFormed(), or store the bytes as a Uint8Array.');
      return plain(value);
    case 'number':
      if (Number.isNaN(value)) throw unfit('PARAMETER_TYPE', parameter, 'NaN', 'Use null.');
      return Number.isSafeInteger(value) && value !== (value | 0) ? { value, isInteger: true } : plain(value);
    case 'bigint':
      if (value < INT64_MIN || value > INT64_MAX)
        throw unfit('PARAMETER_RANGE', parameter, 'an integer beyond 64 bits', 'Store it as text.');
      return { value: value.toString(), isInteger: true };
    case 'boolean':
      return plain(value ? 1 : 0);
    default:
      if (value === null || value instanceof Uint8Array) return plain(value);
      throw unfit('PARAMETER_TYPE', parameter, kindOf(value), advice(value));
  }
}

/** The columns of a row from sql.js, each exactly; `reread` gives the same row with every integer as a bigint. */
export function exactRow(row: unknown[], reread: () => unknown[]): SqlValue[] {
  let exact: unknown[] | undefined;
  for (let column = 0; column < row.length; column++) {
    const value = row[column];
    // Beyond 2^53 a number may be a rounded integer or a real one: only the second reading tells.
    if (typeof value === 'number' && (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)) {
      exact ??= reread();
      row[column] = exact[column];
    }
  }
  // sql.js gives null, number, string and Uint8Array, and bigint where asked for: SqlValue, in columns.
  return row as SqlValue[];
}

function plain(value: unknown): BoundValue {
  return { value, isInteger: false };
}

function unfit(
  code: 'PARAMETER_TYPE' | 'PARAMETER_RANGE' | 'PARAMETER_TEXT',
  parameter: string,
  found: string,
  advice: string,
): ParameterError {
  return new ParameterError(
    code,
    parameter,
    `Parameter ${parameter} is ${found}; expected null, a number, a bigint, text, a boolean or a Uint8Array. ${advice}`,
  );
}

function kindOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `an object of type ${value.constructor?.name ?? 'unknown'}`;
  return value === undefined ? 'undefined' : `a ${typeof value}`;
}

function advice(value: unknown): string {
  if (value === undefined) return 'Use null for no value.';
  if (value instanceof Date) return 'Choose how to store it: toISOString(), or getTime().';
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 'Wrap its bytes in a Uint8Array.';
  return 'Turn it into one of these first.';
}
