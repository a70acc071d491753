import { getTableName } from 'drizzle-orm';
import { InvalidJson } from '../drizzle/columns/invalid-json.js';
import type { DrizzleReader } from '../drizzle/drizzle.js';
import { JSON_COLUMNS } from './models/json-columns.js';

/** A stored JSON value that does not fit the shape of its column. */
export interface InvalidJsonPlace {
  readonly table: string;
  readonly column: string;
  /** The value of the row's primary key. */
  readonly id: unknown;
  /** Why, with paths; never the value, which is read raw from the row's `InvalidJson`. */
  readonly issues: readonly string[];
}

/** Every JSON value of the database that does not fit its shape. */
export function findInvalidJson(db: DrizzleReader): InvalidJsonPlace[] {
  return JSON_COLUMNS.flatMap(({ table, primaryKey, column }) =>
    db
      .select({ id: primaryKey, value: column })
      .from(table)
      .all()
      .flatMap(({ id, value }) =>
        value instanceof InvalidJson ? [{ table: getTableName(table), column: column.name, id, issues: value.issues }] : [],
      ),
  );
}
