import { getTableConfig, type SQLiteColumn, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { InvalidJson } from '../drizzle/columns/invalid-json.js';
import type { DrizzleReader } from '../drizzle/drizzle.js';
import { MODELS } from './models/models.js';

/** A stored value that does not fit its column. */
export interface InvalidValuePlace {
  readonly table: string;
  readonly column: string;
  /** The value of the row's primary key. */
  readonly id: unknown;
  /** Why, for JSON with paths; never the value, which the row has: as an `InvalidJson`, or in the text that SQL gives. */
  readonly issues: readonly string[];
}

/** Every value of the database that does not fit its column: JSON of another shape, datetimes and numbers that are none. */
export function findInvalidValues(db: DrizzleReader): InvalidValuePlace[] {
  return MODELS.flatMap((table) => {
    const { name, columns, primaryKeys } = getTableConfig(table);
    // One that may be NULL is declared beside the columns.
    const primaryKey = columns.find((column) => column.primary) ?? primaryKeys[0]?.columns[0];
    return primaryKey ? columns.flatMap((column) => invalidIn(db, table, { name, primaryKey, column })) : [];
  });
}

interface LookedAt {
  readonly name: string;
  readonly primaryKey: SQLiteColumn;
  readonly column: SQLiteColumn;
}

function invalidIn(db: DrizzleReader, table: SQLiteTable, { name, primaryKey, column }: LookedAt): InvalidValuePlace[] {
  const rows = db.select({ id: primaryKey, value: column }).from(table).all();
  return rows.flatMap(({ id, value }) => {
    const issues = issuesOf(value);
    return issues.length > 0 ? [{ table: name, column: column.name, id, issues }] : [];
  });
}

function issuesOf(value: unknown): readonly string[] {
  if (value instanceof InvalidJson) return value.issues;
  if (value instanceof Date && Number.isNaN(value.getTime())) return ['expected a datetime'];
  return Number.isNaN(value) ? ['expected an integer'] : [];
}
