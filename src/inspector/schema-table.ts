import type { Database, SqlValue } from '../index.js';

/** A table of the database, as the list shows it. */
export interface SchemaTable {
  readonly name: string;
  /** Undefined where the table cannot be read: a virtual table of a module that sql.js lacks. */
  readonly rowCount: number | undefined;
}

/** Rows of a table, newest first. */
export interface TableRows {
  readonly columns: readonly string[];
  readonly rows: readonly SqlValue[][];
  readonly rowCount: number;
}

/** The app's own tables by name; SQLite's and Tablite's are left out. */
export function readTables(database: Database): SchemaTable[] {
  const names = database.values(`
    SELECT name FROM sqlite_schema
    WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND lower(name) NOT IN ('tablite_history', 'tablite_keys')
    ORDER BY lower(name)`);
  return names.map(([name]) => ({ name: String(name), rowCount: countIfReadable(database, String(name)) }));
}

/** Up to `limit` rows. @throws {SqlError} when there is no such table. */
export function readRows(database: Database, table: string, limit: number): TableRows {
  const columns = database.values('SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid', [table]);
  // A table WITHOUT ROWID has none to order by.
  const order = database.values('SELECT wr FROM pragma_table_list WHERE name = ? AND wr', [table]).length > 0 ? '' : 'ORDER BY rowid DESC';
  const rowCount = countRows(database, table);
  const rows = database.values(`SELECT * FROM ${quoted(table)} ${order} LIMIT ?`, [limit]);
  return { columns: columns.map(([name]) => String(name)), rows, rowCount };
}

function countIfReadable(database: Database, table: string): number | undefined {
  try {
    return countRows(database, table);
  } catch {
    return undefined;
  }
}

function countRows(database: Database, table: string): number {
  return Number(database.values(`SELECT count(*) FROM ${quoted(table)}`)[0]?.[0]);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
