import type { Connection } from '../engine/connection.js';
import { HISTORY_TABLE } from './history.js';

/** Column names by table name, in lower case; SQLite's and Tablite's own tables left out. */
export function readSchema(connection: Connection): ReadonlyMap<string, readonly string[]> {
  const rows = connection.script(`
    SELECT lower(t.name), lower(c.name) FROM sqlite_schema AS t JOIN pragma_table_xinfo(t.name) AS c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.name <> '${HISTORY_TABLE}'`);
  const columnsByTable = new Map<string, string[]>();
  for (const [table, column] of rows) {
    const columns = columnsByTable.get(String(table));
    if (columns) columns.push(String(column));
    else columnsByTable.set(String(table), [String(column)]);
  }
  return columnsByTable;
}

/** The tables and columns of `expected` that `found` lacks, each as `table` or `table.column`. */
export function missingFrom(found: ReadonlyMap<string, readonly string[]>, expected: ReadonlyMap<string, readonly string[]>): string[] {
  const missing: string[] = [];
  for (const [table, columns] of expected) {
    const present = found.get(table);
    if (!present) missing.push(table);
    else missing.push(...columns.filter((column) => !present.includes(column)).map((column) => `${table}.${column}`));
  }
  return missing;
}
