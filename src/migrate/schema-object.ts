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

/** What a schema is read with. */
export type SchemaReader = Pick<Connection, 'script'>;

/**
 * The objects of a database that somebody created, in the order of their creation. SQLite's own tables, the tables that
 * a virtual table keeps its content in, and Tablite's are left out, and what is of them.
 */
export function readSchemaObjects(reader: SchemaReader): SchemaObject[] {
  const objects = readAllObjects(reader).filter(({ table }) => !table.toLowerCase().startsWith('sqlite_'));
  const hidden = new Set(OWN_TABLES);
  if (objects.some(({ sql }) => isVirtual(sql))) {
    for (const [name] of reader.script("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'"))
      hidden.add(String(name));
  }
  return objects.filter(({ table }) => !hidden.has(table));
}

/** Every object with a CREATE statement, also those that `readSchemaObjects` leaves out. */
export function readAllObjects(reader: SchemaReader): SchemaObject[] {
  const rows = reader.script('SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid');
  return rows.map(([type, name, table, sql]) => ({ type, name, table, sql }) as SchemaObject);
}

/** SQLite begins what it keeps of a virtual table with these very words. */
export function isVirtual(sql: string): boolean {
  return sql.startsWith('CREATE VIRTUAL TABLE ');
}
