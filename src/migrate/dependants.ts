import type { Connection } from '../engine/connection.js';
import { SqlError } from '../errors/sql-error.js';
import { createdName } from './create-statement.js';
import { foldCase, literal, nameOf, normalTokens, quoted } from './normal-sql.js';
import type { SchemaObject } from './schema-object.js';

/** What has to be out of the way while tables are replaced, in the order of creation. */
export interface Dependants {
  /** Views that use a table, directly or through others. */
  readonly views: readonly SchemaObject[];
  /** Triggers of those views, and triggers of other tables that mention a table or such a view. */
  readonly triggers: readonly SchemaObject[];
}

/**
 * What ALTER TABLE RENAME would fail on while tables are gone: all that mentions them, and what names something that was
 * gone before. It errs on the side of too much, which is created again as it was.
 *
 * @param tables Names in lower case.
 */
export function dependantsOf(connection: Connection, objects: readonly SchemaObject[], tables: ReadonlySet<string>): Dependants {
  const isViewBroken = ({ type, name }: SchemaObject) => type === 'view' && !compiles(connection, `SELECT * FROM ${quoted(name)}`);
  const views = new Set([...viewsOver(objects, tables), ...objects.filter(isViewBroken)]);
  const gone = new Set([...tables, ...[...views].map(({ name }) => foldCase(name))]);
  const triggers = objects.filter((object) => {
    if (object.type !== 'trigger' || tables.has(foldCase(object.table))) return false;
    return gone.has(foldCase(object.table)) || mentions(object, gone) || isBroken(connection, object.table);
  });
  return { views: objects.filter((object) => views.has(object)), triggers };
}

/** The views that mention one of these tables or views, in lower case, directly or through other views. */
export function viewsOver(objects: readonly SchemaObject[], names: ReadonlySet<string>): SchemaObject[] {
  const over = new Set(names);
  const views = new Set<SchemaObject>();
  for (let before = -1; before < views.size; ) {
    before = views.size;
    for (const object of objects) {
      if (object.type !== 'view' || views.has(object) || !mentions(object, over)) continue;
      views.add(object);
      over.add(foldCase(object.name));
    }
  }
  return [...views];
}

/** The statements that drop them. */
export function dropStatements({ views, triggers }: Dependants): string[] {
  return [...triggers.map(({ sql }) => `DROP TRIGGER ${createdName(sql)}`), ...views.map(({ sql }) => `DROP VIEW ${createdName(sql)}`)];
}

function mentions({ name, sql }: SchemaObject, names: ReadonlySet<string>): boolean {
  const own = foldCase(name);
  return normalTokens(sql).some(({ kind, text }) => {
    const mentioned = kind === 'word' || kind === 'quoted' || kind === 'string' ? foldCase(nameOf(text)) : own;
    return mentioned !== own && names.has(mentioned);
  });
}

/** Whether a change to a table or view cannot be compiled: one of its triggers names something that is not there. */
function isBroken(connection: Connection, table: string): boolean {
  const columns = compiles(connection, `SELECT * FROM ${quoted(table)}`)
    ? connection.script(`SELECT name FROM pragma_table_xinfo(${literal(table)}) WHERE hidden = 0`)
    : [];
  const assignments = columns.map(([name]) => `${quoted(String(name))} = ${quoted(String(name))}`).join(', ');
  const changes = [
    `INSERT INTO ${quoted(table)} DEFAULT VALUES`,
    `DELETE FROM ${quoted(table)}`,
    `UPDATE ${quoted(table)} SET ${assignments}`,
  ];
  return !changes.every((sql) => compiles(connection, sql));
}

function compiles(connection: Connection, sql: string): boolean {
  try {
    connection.check(sql);
    return true;
  } catch (cause) {
    if (cause instanceof SqlError) return false;
    throw cause;
  }
}
