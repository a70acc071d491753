import { UsageError } from '../errors/database-error.js';

/** Where a value is stored; a sealed value opens nowhere else. */
export interface Place {
  /** In any case of its letters, as in SQL. */
  readonly table: string;
  readonly column: string;
  /** The value of the row's primary key: never the rowid that SQLite makes up, which VACUUM changes. */
  readonly primaryKey: string | number | bigint;
}

/** A column of sealed values. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The name of the column that tells its rows apart. */
  readonly primaryKey: string;
}

/**
 * A place as text parts. The key's type is one of them, so that `1` and `'1'` are two places; a number and a bigint of one
 * value are one, as they are in SQLite.
 *
 * @throws {UsageError}
 */
export function placeParts({ table, column, primaryKey }: Place): string[] {
  if (typeof table !== 'string' || table === '' || typeof column !== 'string' || column === '')
    throw new UsageError('A place is to have a table and a column, each a text of at least one character.');
  return [table.toLowerCase(), column.toLowerCase(), ...keyParts(primaryKey)];
}

function keyParts(key: unknown): [type: string, text: string] {
  if (typeof key === 'string') return ['text', key];
  if (typeof key === 'bigint') return ['integer', key.toString()];
  if (typeof key === 'number' && !Number.isNaN(key))
    return Number.isInteger(key) ? ['integer', BigInt(key).toString()] : ['real', String(key)];
  throw new UsageError('The primaryKey of a place is to be a text, a number or a bigint: the value that tells its row apart.');
}

/** A name as SQL; backticks, because SQLite never takes them for a string. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
