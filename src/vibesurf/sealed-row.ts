import type { DatabaseReader } from '../database/database.js';
import type { Transaction } from '../engine/transaction.js';
import { quoted } from '../migrate/normal-sql.js';
import type { SealedColumn } from '../seal/place.js';
import { SealedValue } from '../seal/sealed-value.js';
import { SEALED_COLUMNS } from './sealed-columns.js';

/** A secret as a row holds it. */
export interface SealedRow extends SealedColumn {
  /** The value of the primary key; null where SQLite lets it be. */
  readonly id: string | null;
  readonly value: SealedValue;
}

/** Every secret of a database; an empty text is none. */
export function readSealedRows(database: DatabaseReader): SealedRow[] {
  return SEALED_COLUMNS.flatMap((sealedColumn) => {
    const { table, column, primaryKey } = sealedColumn;
    const sql = `SELECT ${quoted(primaryKey)}, ${quoted(column)} FROM ${quoted(table)} WHERE ${quoted(column)} <> ''`;
    return database.values(sql).map(([id, value]) => ({
      ...sealedColumn,
      id: id === null || id === undefined ? null : String(id),
      value: SealedValue.fromText(String(value)),
    }));
  });
}

/** Puts another value in the place of a row's secret, if that is still the one that was read. */
export function replaceSealed(tx: Transaction, { table, column, primaryKey, id, value }: SealedRow, next: SealedValue | null): void {
  const sql = `UPDATE ${quoted(table)} SET ${quoted(column)} = ? WHERE ${quoted(primaryKey)} IS ? AND ${quoted(column)} = ?`;
  tx.run(sql, [next && SealedValue.textOf(next), id, SealedValue.textOf(value)]);
}
