import type { Database } from '../database/database.js';
import type { Transaction } from '../engine/transaction.js';
import type { SqlValue } from '../engine/values.js';
import { UsageError } from '../errors/database-error.js';
import { KEYS_TABLE } from '../migrate/own-table.js';
import { quoted, type SealedColumn } from './place.js';

type Reader = Pick<Transaction, 'values'>;
type ColumnName = Pick<SealedColumn, 'table' | 'column'>;

/** SQLite takes them in any table that has no column of that name. */
const ROWID_NAMES = ['rowid', 'oid', '_rowid_'];

/** A text that is stored, and where. */
export interface StoredText {
  readonly column: SealedColumn;
  /** Whatever is there: a row that something else wrote may have NULL, or bytes. */
  readonly primaryKey: SqlValue;
  readonly text: string;
}

/**
 * Those of the columns that the database has: an older version of it lacks some.
 *
 * @throws {UsageError} when one is there without the column that is to tell its rows apart.
 */
export function presentIn(database: Database, columns: readonly SealedColumn[]): SealedColumn[] {
  const names = new Set(storedColumns(database).map(nameOf));
  const present = columns.filter((each) => names.has(nameOf(each)));
  for (const { table, column, primaryKey } of present) {
    if (names.has(nameOf({ table, column: primaryKey })) || ROWID_NAMES.includes(primaryKey.toLowerCase())) continue;
    throw new UsageError(
      `${table} has no column ${primaryKey}, which is to tell the rows of ${table}.${column} apart. Name its primary key.`,
    );
  }
  return present;
}

/** The columns of all tables but the vault's own. */
export function storedColumns(database: Database): ColumnName[] {
  const sql = `SELECT t.name, c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table'`;
  const columns = database.values(sql).map(([table, column]) => ({ table: String(table), column: String(column) }));
  return columns.filter(({ table }) => table.toLowerCase() !== KEYS_TABLE);
}

/** Whether both name one column. */
export function isSameColumn(one: ColumnName, other: ColumnName): boolean {
  return nameOf(one) === nameOf(other);
}

/** The texts of a column that are, or begin as if they were, sealed with one of these data keys. */
export function textsUnder(reader: Reader, column: SealedColumn, keyIds: readonly string[]): StoredText[] {
  const sql = `SELECT ${quoted(column.primaryKey)}, ${quoted(column.column)} FROM ${quoted(column.table)} WHERE ${isUnder(column, keyIds)}`;
  return reader.values(sql, startsOf(keyIds)).map(([primaryKey = null, text]) => ({ column, primaryKey, text: String(text) }));
}

/** Whether `textsUnder` finds any. */
export function hasTextUnder(reader: Reader, column: ColumnName, keyIds: readonly string[]): boolean {
  const sql = `SELECT 1 FROM ${quoted(column.table)} WHERE ${isUnder(column, keyIds)} LIMIT 1`;
  return reader.values(sql, startsOf(keyIds)).length > 0;
}

/** How many values of a column begin with none of these data keys. */
export function countOthers(reader: Reader, column: ColumnName, keyIds: readonly string[]): number {
  const sql = `SELECT count(*) FROM ${quoted(column.table)} WHERE ${quoted(column.column)} IS NOT NULL AND NOT (${isUnder(column, keyIds)})`;
  return Number(reader.values(sql, startsOf(keyIds))[0]?.[0]);
}

/** As SQL with a parameter for each data key. It looks at the start alone: what holds a key is to be what a rotation seals anew. */
function isUnder({ column }: ColumnName, keyIds: readonly string[]): string {
  const starts = keyIds.map((id) => `substr(${quoted(column)}, 1, ${startOf(id).length}) = ?`);
  return starts.join(' OR ') || 'FALSE';
}

function startsOf(keyIds: readonly string[]): string[] {
  return keyIds.map(startOf);
}

function startOf(keyId: string): string {
  return `sealed1:${keyId}:`;
}

function nameOf({ table, column }: ColumnName): string {
  return JSON.stringify([table.toLowerCase(), column.toLowerCase()]);
}
