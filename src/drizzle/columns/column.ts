import { Column, getTableName, is } from 'drizzle-orm';
import type { ConvertCustomConfig, SQLiteCustomColumnBuilder } from 'drizzle-orm/sqlite-core';
import type { SqlValue } from '../../engine/values.js';

/** What a function of this folder gives to `sqliteTable`. */
export type ColumnBuilder<Name extends string, Data> = SQLiteCustomColumnBuilder<
  ConvertCustomConfig<Name, { data: Data; driverData: SqlValue }>
>;

/**
 * `table.column` for messages.
 *
 * Drizzle calls the mapping functions of a custom type as methods of the column; it gives them nothing else to know it by.
 */
export function labelOf(column: unknown): string {
  return is(column, Column) ? `${getTableName(column.table)}.${column.name}` : 'The column';
}

/** What kind of value was found, without the value. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'undefined';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
  if (typeof value === 'boolean') return 'a boolean';
  return value instanceof Uint8Array ? 'a blob' : 'an object';
}
