import type { Database } from '../database/database.js';
import type { Transaction } from '../engine/transaction.js';
import { UsageError } from '../errors/database-error.js';
import { SealError } from '../errors/seal-error.js';
import { KEYS_TABLE } from '../migrate/own-table.js';
import { currentKeyId, type DataKey, type Keyring } from './keyring.js';
import type { KeyringTable } from './keyring-table.js';
import { type Place, quoted, type SealedColumn } from './place.js';
import { SealedValue } from './sealed-value.js';
import type { RotatedValues, RotateOptions, Vault } from './vault.js';

const BATCH = 100;

export interface RotationParts {
  readonly database: Database;
  readonly table: KeyringTable;
  readonly vault: Pick<Vault, 'open' | 'seal'>;
  /** A data key under every protector. */
  readonly newDataKey: (keyring: Keyring) => Promise<DataKey>;
}

/** A stored value, and where. */
interface Stored {
  readonly column: SealedColumn;
  readonly place: Place;
  readonly value: SealedValue;
}

type Resealed = Stored & { readonly fresh: SealedValue };

/** Begins a rotation, or goes on with one that was begun, and brings it to its end. */
export async function rotate(parts: RotationParts, columns: readonly SealedColumn[], options: RotateOptions = {}): Promise<RotatedValues> {
  const { batch = BATCH, onProgress } = options;
  if (!Number.isInteger(batch) || batch < 1) throw new UsageError('batch is to be a whole number of at least 1: values in one write.');
  const { table } = parts;
  await table.change(async (keyring) => (isBegun(keyring) ? undefined : withNewKey(keyring, await parts.newDataKey(keyring))));
  const foreign = foreignIn(parts, columns);
  const total = staleIn(parts, columns).length;
  let resealed = 0;
  onProgress?.({ done: 0, total });
  while (isBegun(table.expect())) {
    const stale = staleIn(parts, columns);
    const failures: SealError[] = [];
    for (let at = 0; at < stale.length; at += batch) {
      resealed += await reseal(parts, stale.slice(at, at + batch), failures);
      onProgress?.({ done: Math.min(resealed, total), total });
    }
    if (failures[0] && failures.length === stale.length) throw failures[0];
    refuseUnnamed(parts, columns);
    await finish(parts, columns);
  }
  return { resealed, foreign };
}

/** Opens and seals a batch, then stores what nobody has changed meanwhile. @returns how many. */
async function reseal({ database, table, vault }: RotationParts, batch: readonly Stored[], failures: SealError[]): Promise<number> {
  const attempts = batch.map(async (stored): Promise<Resealed | undefined> => {
    try {
      const text = await vault.open(stored.value, stored.place);
      return { ...stored, fresh: await vault.seal(text, stored.place) };
    } catch (thrown) {
      // What does not open now never will: the others are not to wait for it.
      if (!(thrown instanceof SealError)) throw thrown;
      failures.push(thrown);
      return undefined;
    }
  });
  const fresh = (await Promise.all(attempts)).filter((each) => each !== undefined);
  return database.write((tx) => {
    const current = currentKeyId(table.expect(tx));
    let changes = 0;
    for (const each of fresh) if (SealedValue.partsOf(each.fresh)?.keyId === current) changes += replace(tx, each);
    return changes;
  });
}

function replace(tx: Transaction, { column: { table, column, primaryKey }, place, value, fresh }: Resealed): number {
  const sql = `UPDATE ${quoted(table)} SET ${quoted(column)} = ? WHERE ${quoted(primaryKey)} = ? AND ${quoted(column)} = ?`;
  return tx.run(sql, [SealedValue.textOf(fresh), place.primaryKey, SealedValue.textOf(value)]).changes;
}

/** Deletes the old keys, unless another tab has stored a value under one of them since. */
async function finish({ database, table }: RotationParts, columns: readonly SealedColumn[]): Promise<void> {
  const end = (tx: Transaction): void => {
    const keyring = table.expect(tx);
    const isHeld = columns.some((column) => holdsOld(tx, column, keyring));
    if (isBegun(keyring) && !isHeld) table.put(tx, { ...keyring, dataKeys: keyring.dataKeys.slice(-1) });
  };
  await database.write(end, { durability: 'strict' });
}

/** @throws {UsageError} when a column that was not named would lose its key. */
function refuseUnnamed({ database, table }: RotationParts, columns: readonly SealedColumn[]): void {
  const keyring = table.expect();
  const named = new Set(columns.map((each) => nameOf(each.table, each.column)));
  for (const [tableName, column] of textColumns(database)) {
    if (named.has(nameOf(tableName, column)) || !holdsOld(database, { table: tableName, column }, keyring)) continue;
    throw new UsageError(
      `${tableName}.${column} holds values under the data key that is to be deleted. Name every column of sealed values, and rotate again.`,
    );
  }
}

function textColumns(database: Database): [table: string, column: string][] {
  const sql = `SELECT t.name AS name, c.name AS column_name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table'`;
  // Both are names, which SQLite keeps as text.
  const rows = database.values(sql) as [string, string][];
  return rows.filter(([table]) => table.toLowerCase() !== KEYS_TABLE);
}

function holdsOld(reader: Pick<Transaction, 'get'>, { table, column }: Pick<SealedColumn, 'table' | 'column'>, keyring: Keyring): boolean {
  const sql = `SELECT 1 FROM ${quoted(table)} WHERE substr(${quoted(column)}, 1, ?) = ? LIMIT 1`;
  return oldKeyIds(keyring).some((id) => {
    const start = `sealed1:${id}:`;
    return reader.get(sql, [start.length, start]) !== undefined;
  });
}

function staleIn({ database, table }: RotationParts, columns: readonly SealedColumn[]): Stored[] {
  const old = new Set(oldKeyIds(table.expect()));
  return storedIn(database, columns).filter(({ value }) => old.has(SealedValue.partsOf(value)?.keyId ?? ''));
}

function foreignIn({ database, table }: RotationParts, columns: readonly SealedColumn[]): number {
  const known = new Set(table.expect().dataKeys.map(({ id }) => id));
  return storedIn(database, columns).filter(({ value }) => !known.has(SealedValue.partsOf(value)?.keyId ?? '')).length;
}

function storedIn(database: Database, columns: readonly SealedColumn[]): Stored[] {
  return columns.flatMap((column) => {
    const sql = `SELECT ${quoted(column.primaryKey)}, ${quoted(column.column)} FROM ${quoted(column.table)} WHERE ${quoted(column.column)} IS NOT NULL`;
    return database.values(sql).map(([key, text]) => {
      // A key of another type is refused when the value is opened: its place could not have been sealed for.
      const place = { table: column.table, column: column.column, primaryKey: key as Place['primaryKey'] };
      return { column, place, value: SealedValue.fromText(String(text)) };
    });
  });
}

function isBegun(keyring: Keyring): boolean {
  return keyring.dataKeys.length > 1;
}

function withNewKey(keyring: Keyring, dataKey: DataKey): Keyring {
  return { ...keyring, dataKeys: [...keyring.dataKeys, dataKey] };
}

function oldKeyIds({ dataKeys }: Keyring): string[] {
  return dataKeys.slice(0, -1).map(({ id }) => id);
}

function nameOf(table: string, column: string): string {
  return JSON.stringify([table.toLowerCase(), column.toLowerCase()]);
}
