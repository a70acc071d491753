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
    const keysWithoutRowid = new Map<unknown, unknown>();
    try {
      for (const [table, rowid, parent, key] of connection.script(`PRAGMA foreign_key_check(${quoted(name)})`)) {
        if (rowid === null) keysWithoutRowid.set(key, parent);
        else add(identityOf(table, parent, valuesAt(connection, name, { key, rowid })), `${table} ${rowid} -> ${parent}`);
      }
    } catch (cause) {
      // "foreign key mismatch": the parent has no such key.
      if (!(cause instanceof SqlError)) throw cause;
      add(cause.message, cause.message);
    }
    for (const [key, parent] of keysWithoutRowid)
      for (const values of danglingValues(connection, name, { key, parent: String(parent) }))
        add(identityOf(name, parent, values), `${name} row -> ${parent}`);
  }
  return violations;
}

/**
 * The violations that there were not before. They are told apart by what they refer to and not by their row, because a
 * table that is rebuilt may number its rows anew; of alike ones, by how many they are. Where a table has another name now, the
 * old ones of the name that is gone count.
 */
export function newViolations(before: Violations, after: Violations): string[] {
  const [pairsBefore, pairsAfter] = [before, after].map((violations) => new Set([...violations.keys()].map((each) => pairOf(each).pair)));
  const spareByValues = new Map<string, number>();
  for (const [identity, violations] of before) {
    const { pair, values } = pairOf(identity);
    if (!pairsAfter?.has(pair)) spareByValues.set(values, (spareByValues.get(values) ?? 0) + violations.length);
  }
  return [...after].flatMap(([identity, violations]) => {
    const { pair, values } = pairOf(identity);
    const spare = pairsBefore?.has(pair) ? 0 : Math.min(spareByValues.get(values) ?? 0, violations.length);
    spareByValues.set(values, (spareByValues.get(values) ?? 0) - spare);
    const known = new Set(before.get(identity));
    const newestFirst = [...violations.filter((each) => !known.has(each)), ...violations.filter((each) => known.has(each))];
    return newestFirst.slice(0, Math.max(0, violations.length - (before.get(identity)?.length ?? 0) - spare));
  });
}

function identityOf(table: unknown, parent: unknown, values: string): string {
  return `${table} -> ${parent}\n${values}`;
}

function pairOf(identity: string): { pair: string; values: string } {
  const end = identity.indexOf('\n');
  return end < 0 ? { pair: identity, values: '' } : { pair: identity.slice(0, end), values: identity.slice(end + 1) };
}

/** The tables that refer to others. The text is looked at first: reading each table's keys makes SQLite parse all of them. */
export function tablesWithKeys(connection: Connection): string[] {
  const mentioning = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%references%'";
  if (connection.script(mentioning).length === 0) return [];
  const keyed = `SELECT DISTINCT t.name FROM (${mentioning}) AS t JOIN pragma_foreign_key_list(t.name)`;
  return connection.script(keyed).map(([name]) => String(name));
}

/** What the columns of a foreign key hold in a row. It only tells violations apart, and is never shown. */
function valuesAt(connection: Connection, table: string, { key, rowid }: { key: unknown; rowid: unknown }): string {
  const columns = connection.script(`SELECT lower(name) FROM pragma_table_xinfo(${literal(table)})`).flat();
  const name = ['rowid', '_rowid_', 'oid'].find((each) => !columns.includes(each));
  const { from } = columnsOf(connection, table, key);
  // A table whose columns have all three names cannot be asked: its violations are told apart by how many they are.
  if (name === undefined) return '';
  return String(connection.script(`SELECT ${asText(from.map(quoted))} FROM ${quoted(table)} WHERE ${name} = ${rowid}`)[0]?.[0]);
}

/** The same of all rows of a table without rowids that refer to nothing. */
function danglingValues(connection: Connection, table: string, { key, parent }: { key: unknown; parent: string }): string[] {
  const { from, to } = columnsOf(connection, table, key);
  const parentKey = connection.script(`SELECT name FROM pragma_table_xinfo(${literal(parent)}) WHERE pk > 0 ORDER BY pk`).flat();
  const isThere = connection.script(`SELECT 1 FROM pragma_table_xinfo(${literal(parent)}) LIMIT 1`).length > 0;
  const meets = from.map((column, at) => `p.${quoted(to[at] ?? String(parentKey[at]))} = c.${quoted(column)}`).join(' AND ');
  const refers = from.map((column) => `c.${quoted(column)} IS NOT NULL`).join(' AND ');
  const nothing = isThere ? ` AND NOT EXISTS (SELECT 1 FROM ${quoted(parent)} AS p WHERE ${meets})` : '';
  const sql = `SELECT ${asText(from.map((column) => `c.${quoted(column)}`))} FROM ${quoted(table)} AS c WHERE ${refers}${nothing}`;
  return connection.script(sql).map(([values]) => String(values));
}

/** The columns of a foreign key, and those that they refer to; undefined where that is the parent's primary key. */
function columnsOf(connection: Connection, table: string, key: unknown): { from: string[]; to: (string | undefined)[] } {
  const sql = `SELECT "from", "to" FROM pragma_foreign_key_list(${literal(table)}) WHERE id = ${Number(key)} ORDER BY seq`;
  const rows = connection.script(sql);
  return { from: rows.map(([from]) => String(from)), to: rows.map(([, to]) => (to === null ? undefined : String(to))) };
}

/** As text, so that a column whose type changed still holds the same. */
function asText(columns: readonly string[]): string {
  return columns.map((column) => `quote(CAST(${column} AS TEXT))`).join(" || ',' || ");
}
