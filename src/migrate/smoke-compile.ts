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
 * @returns SQLite's reason, `no such column: missing`, by what it is, `UPDATE tasks, with trigger touch`.
 */
export function brokenStatements(connection: Connection): ReadonlyMap<string, string> {
  const broken = new Map<string, string>();
  const compile = (label: string, sql: string) => {
    try {
      connection.check(sql);
    } catch (cause) {
      if (!(cause instanceof SqlError)) throw cause;
      if (!IS_VIEW.test(cause.message)) broken.set(label, cause.message);
    }
  };
  const names = (sql: string) => connection.script(sql).map(([name]) => String(name));
  const views = names("SELECT name FROM sqlite_schema WHERE type = 'view'");
  for (const view of views) compile(`SELECT ${view}`, `SELECT * FROM ${quoted(view)}`);
  const changes = new Map(triggeredChanges(connection));
  for (const child of tablesWithKeys(connection)) {
    const parents = `SELECT p.name FROM pragma_foreign_key_list(${literal(child)}) AS k JOIN sqlite_schema AS p ON lower(p.name) = lower(k."table")`;
    for (const table of [child, ...names(`${parents} WHERE p.type = 'table'`)])
      changes.set(table, { triggers: changes.get(table)?.triggers ?? '', inserts: true, deletes: true, updates: true });
  }
  for (const [table, { triggers, inserts, deletes, updates }] of changes) {
    const of = triggers === '' ? table : `${table}, with trigger ${triggers}`;
    if (inserts) compile(`INSERT ${of}`, `INSERT INTO ${quoted(table)} DEFAULT VALUES`);
    if (deletes) compile(`DELETE ${of}`, `DELETE FROM ${quoted(table)}`);
    const assignments = updates ? columnsOf(connection, table).map((column) => `${quoted(column)} = ${quoted(column)}`) : [];
    if (assignments.length > 0) compile(`UPDATE ${of}`, `UPDATE ${quoted(table)} SET ${assignments.join(', ')}`);
  }
  return broken;
}

/** What may set something off in a table. */
interface Changes {
  /** The names of its triggers, in one text. */
  readonly triggers: string;
  readonly inserts: boolean;
  readonly deletes: boolean;
  readonly updates: boolean;
}

/** The tables and views with triggers. Those for other events may name an event too: a compilation more does no harm. */
function triggeredChanges(connection: Connection): [table: string, changes: Changes][] {
  const mentions = (event: string) => `max(sql LIKE '%${event}%')`;
  const rows = connection.script(`
    SELECT tbl_name, group_concat(name, ', '), ${mentions('insert')}, ${mentions('delete')}, ${mentions('update')}
    FROM sqlite_schema WHERE type = 'trigger' GROUP BY tbl_name`);
  return rows.map(([table, triggers, inserts, deletes, updates]) => [
    String(table),
    { triggers: String(triggers), inserts: inserts === 1, deletes: deletes === 1, updates: updates === 1 },
  ]);
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
