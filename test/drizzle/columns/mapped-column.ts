import type { SQLiteColumnBuilderBase } from 'drizzle-orm/sqlite-core';
import { getTableConfig, sqliteTable } from 'drizzle-orm/sqlite-core';
import type { SqlValue } from '../../../src/engine/values.js';
import { openTestDatabase } from '../../database/open-test-database.js';

/** One column in a table of its own, `things.given`, as Drizzle builds it. */
export interface MappedColumn {
  readonly sqlType: string;
  toDriver(value: unknown): SqlValue;
  fromDriver(stored: SqlValue): unknown;
  /** The stored value after SQLite had it in a column of that type. */
  kept(value: unknown): Promise<SqlValue>;
}

export function mappedColumn(builder: SQLiteColumnBuilderBase): MappedColumn {
  const [column] = getTableConfig(sqliteTable('things', { given: builder })).columns;
  if (!column) throw new Error('The table has no column.');
  const toDriver = (value: unknown): SqlValue => column.mapToDriverValue(value) as SqlValue;
  return {
    sqlType: column.getSQLType(),
    toDriver,
    fromDriver: (stored) => column.mapFromDriverValue(stored),
    kept: async (value) => {
      const migrations = [{ name: 'v001_things.sql', sql: `CREATE TABLE things (given ${column.getSQLType()})` }];
      const database = await openTestDatabase(undefined, { migrations });
      await database.run('INSERT INTO things (given) VALUES (?)', [toDriver(value)]);
      return database.values('SELECT given FROM things')[0]?.[0] ?? null;
    },
  };
}
