import { foldCase } from './normal-sql.js';
import type { SchemaReader } from './schema-object.js';

/** A column as `PRAGMA table_xinfo` tells it; names in lower case. */
export interface ColumnFacts {
  readonly name: string;
  /** The name as it was written. */
  readonly label: string;
  readonly type: string;
  readonly isNotNull: boolean;
  /** The SQL of the default. */
  readonly fallback: string | undefined;
  /** The place in the primary key from 1; 0 outside of it. */
  readonly keyPlace: number;
  readonly generated: 'virtual' | 'stored' | undefined;
}

/** A column of an index; undefined where it is an expression or the rowid. */
export interface IndexTerm {
  readonly column: string | undefined;
  readonly collation: string;
  readonly isDescending: boolean;
}

/** What indexes hold, by what made them. */
export interface IndexFacts {
  /** Of CREATE INDEX. */
  readonly termsByName: ReadonlyMap<string, readonly IndexTerm[]>;
  readonly uniqueNames: ReadonlySet<string>;
  /** Of UNIQUE in a table. */
  readonly uniquesByTable: ReadonlyMap<string, readonly (readonly IndexTerm[])[]>;
  /** Of primary keys; a table whose primary key is its rowid has none. */
  readonly primaryKeyByTable: ReadonlyMap<string, readonly IndexTerm[]>;
}

export interface ForeignKeyFacts {
  readonly columns: readonly string[];
  readonly parent: string;
  /** None where the primary key is meant. */
  readonly parentColumns: readonly string[];
  /** `on update cascade on delete set null`; empty when nothing is done. */
  readonly actions: string;
}

/** The module of a virtual table may be missing: its columns are not asked for. */
const TABLES = "(SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL %')";
const REFERRING = "(SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%references%')";

/** One query for all tables: a thousand of them take some hundredths of a second. */
export function readColumnFacts(reader: SchemaReader): ReadonlyMap<string, readonly ColumnFacts[]> {
  const rows = reader.script(
    `SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden FROM ${TABLES} AS t JOIN pragma_table_xinfo(t.name) AS c`,
  );
  const columnsByTable = new Map<string, ColumnFacts[]>();
  for (const [table, name, type, isNotNull, fallback, keyPlace, hidden] of rows) {
    listOf(columnsByTable, foldCase(String(table))).push({
      name: foldCase(String(name)),
      label: String(name),
      type: String(type),
      isNotNull: isNotNull === 1,
      fallback: fallback === null ? undefined : String(fallback),
      keyPlace: Number(keyPlace),
      generated: hidden === 2 ? 'virtual' : hidden === 3 ? 'stored' : undefined,
    });
  }
  return columnsByTable;
}

export function readIndexFacts(reader: SchemaReader): IndexFacts {
  const rows = reader.script(
    `SELECT t.name, l.name, l.origin, l."unique", x.name, x.coll, x."desc"
     FROM ${TABLES} AS t JOIN pragma_index_list(t.name) AS l JOIN pragma_index_xinfo(l.name) AS x WHERE x."key" ORDER BY l.name, x.seqno`,
  );
  const termsByName = new Map<string, IndexTerm[]>();
  const uniqueNames = new Set<string>();
  const uniquesByTable = new Map<string, IndexTerm[][]>();
  const primaryKeyByTable = new Map<string, IndexTerm[]>();
  for (const [table, name, origin, isUnique, column, collation, isDescending] of rows) {
    const index = foldCase(String(name));
    const isFirst = !termsByName.has(index);
    const terms = listOf(termsByName, index);
    if (isFirst && isUnique === 1) uniqueNames.add(index);
    if (isFirst && origin === 'u') listOf(uniquesByTable, foldCase(String(table))).push(terms);
    if (isFirst && origin === 'pk') primaryKeyByTable.set(foldCase(String(table)), terms);
    terms.push({
      column: column === null ? undefined : foldCase(String(column)),
      collation: foldCase(String(collation)),
      isDescending: isDescending === 1,
    });
  }
  return { termsByName, uniqueNames, uniquesByTable, primaryKeyByTable };
}

/** The foreign keys of each table in the order of its text, which is not that of the pragma. */
export function readForeignKeyFacts(reader: SchemaReader): ReadonlyMap<string, readonly ForeignKeyFacts[]> {
  const rows = reader.script(
    `SELECT t.name, k.id, k."table", k."from", k."to", k.on_update, k.on_delete
     FROM ${REFERRING} AS t JOIN pragma_foreign_key_list(t.name) AS k ORDER BY t.name, k.id DESC, k.seq`,
  );
  const keysByTable = new Map<string, ForeignKeyFacts[]>();
  let last = '';
  for (const [table, id, parent, from, to, onUpdate, onDelete] of rows) {
    const keys = listOf(keysByTable, foldCase(String(table)));
    const isSame = last === `${table} ${id}`;
    last = `${table} ${id}`;
    const before = isSame ? keys.pop() : undefined;
    keys.push({
      columns: [...(before?.columns ?? []), foldCase(String(from))],
      parent: foldCase(String(parent)),
      parentColumns: [...(before?.parentColumns ?? []), ...(to === null ? [] : [foldCase(String(to))])],
      actions: `${action('update', onUpdate)}${action('delete', onDelete)}`,
    });
  }
  return keysByTable;
}

function action(event: string, taken: unknown): string {
  const text = foldCase(String(taken));
  return text === 'no action' ? '' : ` on ${event} ${text}`;
}

function listOf<Item>(lists: Map<string, Item[]>, key: string): Item[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
