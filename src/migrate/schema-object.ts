import type { Connection } from '../engine/connection.js';
import { OWN_TABLES } from './own-table.js';

/** A row of `sqlite_schema`: what SQLite keeps of a CREATE statement. */
export interface SchemaObject {
  readonly type: 'table' | 'index' | 'trigger' | 'view';
  readonly name: string;
  /** The table or view that an index or trigger is of; the object's own name otherwise. */
  readonly table: string;
  readonly sql: string;
}

/**
 * The objects of a database that somebody created, in the order of their creation. SQLite's own tables, the tables that
 * a virtual table keeps its content in, and Tablite's are left out, and what is of them.
 */
export function readSchemaObjects(connection: Connection): SchemaObject[] {
  const rows = connection.script(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
  );
  const objects = rows.map(([type, name, table, sql]) => ({ type, name, table, sql }) as SchemaObject);
  const hidden = new Set(OWN_TABLES);
  if (objects.some(({ sql }) => isVirtual(sql))) {
    for (const [name] of connection.script("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'"))
      hidden.add(String(name));
  }
  return objects.filter(({ table }) => !hidden.has(table));
}

/** SQLite begins what it keeps of a virtual table with these very words. */
export function isVirtual(sql: string): boolean {
  return sql.startsWith('CREATE VIRTUAL TABLE ');
}
