import type { Transaction } from '../engine/transaction.js';
import type { SqlValue } from '../engine/values.js';
import { ConstraintError } from '../errors/sql-error.js';
import { quoted } from '../migrate/normal-sql.js';
import { parentRows } from './table-filler.js';
import type { ForeignKeyShape, TableShape } from './table-shape.js';

/**
 * Makes the rows that refer to nothing refer to rows of tables that were filled after theirs, or of their own table; to nothing
 * at all where there is no such row and they may.
 *
 * @param order The tables in the order in which they were filled.
 * @throws {ConstraintError} when a row that must refer to something cannot.
 */
export function joinLateKeys(tx: Transaction, shape: TableShape, order: readonly string[]): void {
  const place = order.indexOf(shape.name);
  for (const key of shape.foreignKeys) if (order.indexOf(key.parent) >= place) joinKey(tx, shape, key);
}

function joinKey(tx: Transaction, shape: TableShape, key: ForeignKeyShape): void {
  const { columns, parent, parentColumns } = key;
  const nullable = columns.filter((name) => shape.columns.some((column) => column.name === name && column.isNullable));
  const parents = parentRows(tx, parent, parentColumns);
  const emptied: Assignment[] = nullable.length > 0 ? [{ columns: nullable, values: nullable.map(() => null) }] : [];
  for (const [at, identity] of danglingRows(tx, shape, key).entries()) {
    const turned = parents.map((_, turn): Assignment => ({ columns, values: parents[(at + turn) % parents.length] ?? [] }));
    assignFirst(tx, shape, { identity, choices: [...turned, ...emptied] });
  }
}

interface Assignment {
  readonly columns: readonly string[];
  readonly values: readonly SqlValue[];
}

function danglingRows(tx: Transaction, shape: TableShape, { columns, parent, parentColumns }: ForeignKeyShape): SqlValue[][] {
  const list = identityOf(shape).map(quoted).join(', ');
  const refers = columns.map((column) => `child.${quoted(column)} IS NOT NULL`).join(' AND ');
  const equals = columns.map((column, at) => `parent.${quoted(parentColumns[at] ?? '')} = child.${quoted(column)}`).join(' AND ');
  return tx.values(
    `SELECT ${list} FROM ${quoted(shape.name)} AS child WHERE ${refers} AND NOT EXISTS (SELECT 1 FROM ${quoted(parent)} AS parent WHERE ${equals}) ORDER BY ${list}`,
  );
}

/** The first of the choices that no constraint refuses. */
function assignFirst(tx: Transaction, shape: TableShape, row: { identity: readonly SqlValue[]; choices: readonly Assignment[] }): void {
  const where = identityOf(shape)
    .map((column) => `${quoted(column)} IS ?`)
    .join(' AND ');
  let failure: ConstraintError | undefined;
  for (const { columns, values } of row.choices) {
    const set = columns.map((column) => `${quoted(column)} = ?`).join(', ');
    try {
      tx.run(`UPDATE ${quoted(shape.name)} SET ${set} WHERE ${where}`, [...values, ...row.identity]);
      return;
    } catch (thrown) {
      if (!(thrown instanceof ConstraintError)) throw thrown;
      failure = thrown;
    }
  }
  if (failure) throw failure;
}

function identityOf({ rowid, primaryKey }: TableShape): readonly string[] {
  return rowid === undefined ? primaryKey : [rowid];
}
