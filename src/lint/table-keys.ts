import type { Scratch } from './scratch.js';
import { literal } from './sql-text.js';

/** A foreign key; names of columns in lower case. `referred` is empty where the parent's primary key is meant. */
export interface ForeignKey {
  readonly columns: readonly string[];
  readonly parent: string;
  readonly referred: readonly string[];
}

interface Key {
  readonly columns: readonly string[];
  readonly isUnique: boolean;
}

export function foreignKeysOf(scratch: Scratch, table: string): ForeignKey[] {
  const keys = new Map<unknown, { columns: string[]; parent: string; referred: string[] }>();
  const rows = scratch.rows(
    `SELECT id, "table", lower("from"), lower("to") FROM pragma_foreign_key_list(${literal(table)}) ORDER BY id, seq`,
  );
  for (const [id, parent, from, to] of rows) {
    const key = keys.get(id) ?? { columns: [], parent: String(parent), referred: [] };
    keys.set(id, key);
    key.columns.push(String(from));
    if (to !== null) key.referred.push(String(to));
  }
  // SQLite counts them from the last to the first.
  return [...keys.values()].reverse();
}

/** Whether an index, or the primary key, begins with these columns in any order. */
export function leadsIndex(scratch: Scratch, table: string, columns: readonly string[]): boolean {
  return keysOf(scratch, table).some((key) => isSame(key.columns.slice(0, columns.length), columns));
}

/** Whether what a foreign key refers to is unique in the parent, as it has to be. */
export function isUniqueKey(scratch: Scratch, { columns, parent, referred }: ForeignKey): boolean {
  const [primary, ...others] = keysOf(scratch, parent);
  if (referred.length === 0) return primary?.columns.length === columns.length;
  return [primary, ...others].some((key) => key?.isUnique && isSame(key.columns, referred));
}

/** The primary key, even if it has no columns, and then every index over whole columns and all rows. */
function keysOf(scratch: Scratch, table: string): Key[] {
  const primary = scratch
    .columns(table)
    .filter(({ key }) => key > 0)
    .sort((a, b) => a.key - b.key)
    .map(({ name }) => name.toLowerCase());
  const indexes = new Map<unknown, { columns: string[]; isUnique: boolean }>();
  const rows = scratch.rows(
    `SELECT list.name, list."unique", lower(info.name) FROM pragma_index_list(${literal(table)}) AS list JOIN pragma_index_info(list.name) AS info WHERE list.partial = 0 ORDER BY list.seq, info.seqno`,
  );
  for (const [index, isUnique, column] of rows) {
    const key = indexes.get(index) ?? { columns: [], isUnique: isUnique === 1 };
    indexes.set(index, key);
    // An expression has no name, and equals no column.
    key.columns.push(column === null ? '' : String(column));
  }
  return [{ columns: primary, isUnique: true }, ...indexes.values()];
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && b.every((column) => a.includes(column));
}
