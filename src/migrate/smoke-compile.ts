import type { Connection } from '../engine/connection.js';
import { SqlError } from '../errors/sql-error.js';
import { tablesWithKeys } from './foreign-keys.js';
import { literal, quoted } from './normal-sql.js';

/** What SQLite says of an event that has no INSTEAD OF trigger: nothing is broken. */
const IS_VIEW = /because it is a view$/;

/**
 * What cannot be compiled: views, and changes to tables whose triggers or foreign keys name something that is not there.
 * SQLite accepts such a trigger, and it fails at the first user's write. Compiling finds it without running.
 *
 * @returns each as `UPDATE tasks, with trigger touch: no such column: missing`.
 */
export function brokenStatements(connection: Connection): ReadonlySet<string> {
  const broken = new Set<string>();
  const compile = (label: string, sql: string) => {
    try {
      connection.check(sql);
    } catch (cause) {
      if (!(cause instanceof SqlError)) throw cause;
      if (!IS_VIEW.test(cause.message)) broken.add(`${label}: ${cause.message}`);
    }
  };
  const names = (sql: string) => connection.script(sql).map(([name]) => String(name));
  const views = names("SELECT name FROM sqlite_schema WHERE type = 'view'");
  for (const view of views) compile(`SELECT ${view}`, `SELECT * FROM ${quoted(view)}`);
  const tables = new Set(names("SELECT DISTINCT tbl_name FROM sqlite_schema WHERE type = 'trigger'"));
  for (const child of tablesWithKeys(connection)) {
    tables.add(child);
    const parents = `SELECT p.name FROM pragma_foreign_key_list(${literal(child)}) AS k JOIN sqlite_schema AS p ON lower(p.name) = lower(k."table")`;
    for (const parent of names(`${parents} WHERE p.type = 'table'`)) tables.add(parent);
  }
  for (const table of tables) {
    const triggers = names(`SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ${literal(table)}`);
    const of = triggers.length > 0 ? `${table}, with trigger ${triggers.join(', ')}` : table;
    compile(`INSERT ${of}`, `INSERT INTO ${quoted(table)} DEFAULT VALUES`);
    compile(`DELETE ${of}`, `DELETE FROM ${quoted(table)}`);
    const assignments = columnsOf(connection, table).map((column) => `${quoted(column)} = ${quoted(column)}`);
    if (assignments.length > 0) compile(`UPDATE ${of}`, `UPDATE ${quoted(table)} SET ${assignments.join(', ')}`);
  }
  return broken;
}

/** The columns that can be set; none of a view that cannot be read, which is broken by itself. */
function columnsOf(connection: Connection, table: string): string[] {
  try {
    return connection.script(`SELECT name FROM pragma_table_xinfo(${literal(table)}) WHERE hidden = 0`).map(([name]) => String(name));
  } catch (cause) {
    if (cause instanceof SqlError) return [];
    throw cause;
  }
}
