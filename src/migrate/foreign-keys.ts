import type { Connection } from '../engine/connection.js';
import { SqlError } from '../errors/sql-error.js';
import { literal, quoted } from './normal-sql.js';

/** Violated foreign keys, each as `table rowid -> parent`, by what makes two of them the same. */
export type Violations = ReadonlyMap<string, readonly string[]>;

const NO_VIOLATIONS: Violations = new Map();

/** What refers to nothing; a key that cannot be checked at all is a violation too. */
export function foreignKeyViolations(connection: Connection): Violations {
  const tables = tablesWithKeys(connection);
  if (tables.length === 0) return NO_VIOLATIONS;
  const violations = new Map<string, string[]>();
  const add = (identity: string, text: string) => {
    const same = violations.get(identity);
    if (same) same.push(text);
    else violations.set(identity, [text]);
  };
  for (const name of tables) {
    try {
      for (const [table, rowid, parent, key] of connection.script(`PRAGMA foreign_key_check(${quoted(name)})`)) {
        const values = rowid === null ? '' : valuesOf(connection, { table, key, rowid });
        add(`${table} -> ${parent} ${values}`, `${table} ${rowid ?? 'row'} -> ${parent}`);
      }
    } catch (cause) {
      // "foreign key mismatch": the parent has no such key.
      if (!(cause instanceof SqlError)) throw cause;
      add(cause.message, cause.message);
    }
  }
  return violations;
}

/**
 * The violations that there were not before. They are told apart by what they refer to and not by their row, because a
 * table that is rebuilt may number its rows anew; of alike ones, by how many they are.
 */
export function newViolations(before: Violations, after: Violations): string[] {
  return [...after].flatMap(([identity, violations]) => {
    const known = new Set(before.get(identity));
    const newestFirst = [...violations.filter((each) => !known.has(each)), ...violations.filter((each) => known.has(each))];
    return newestFirst.slice(0, Math.max(0, violations.length - (before.get(identity)?.length ?? 0)));
  });
}

/** The tables that refer to others. The text is looked at first: reading each table's keys makes SQLite parse all of them. */
export function tablesWithKeys(connection: Connection): string[] {
  const mentioning = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%references%'";
  if (connection.script(mentioning).length === 0) return [];
  const keyed = `SELECT DISTINCT t.name FROM (${mentioning}) AS t JOIN pragma_foreign_key_list(t.name)`;
  return connection.script(keyed).map(([name]) => String(name));
}

/** What the columns of the foreign key hold. It only tells violations apart, and is never shown. */
function valuesOf(connection: Connection, { table, key, rowid }: { table: unknown; key: unknown; rowid: unknown }): string {
  const columns = connection.script(`SELECT "from" FROM pragma_foreign_key_list(${literal(String(table))}) WHERE id = ${Number(key)}`);
  const values = columns.map(([column]) => `quote(${quoted(String(column))})`).join(" || ',' || ");
  return String(connection.script(`SELECT ${values} FROM ${quoted(String(table))} WHERE rowid = ${rowid}`)[0]?.[0]);
}
