import { getTableName } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { NotFoundError } from '../../errors/query-error.js';

/** The row, if there is one. @throws {NotFoundError} naming the column by which it was looked for. */
export function existing<Row>(row: Row | undefined, column: SQLiteColumn): Row {
  if (row === undefined) throw notFound(column);
  return row;
}

export function notFound(column: SQLiteColumn): NotFoundError {
  return new NotFoundError(getTableName(column.table), column.name);
}
