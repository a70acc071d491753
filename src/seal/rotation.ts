import type { Database } from '../database/database.js';
import type { Transaction } from '../engine/transaction.js';
import { UsageError } from '../errors/database-error.js';
import { SealError } from '../errors/seal-error.js';
import { KEYS_TABLE } from '../migrate/own-table.js';
import { countOthers, hasTextUnder, isSameColumn, presentIn, type StoredText, storedColumns, textsUnder } from './column-values.js';
import { currentKeyId, type DataKey, type Keyring } from './keyring.js';
import type { KeyringTable } from './keyring-table.js';
import { type Place, quoted, type SealedColumn } from './place.js';
import { SealedValue } from './sealed-value.js';
import { inauthentic } from './sealing.js';
import type { RotatedValues, RotateOptions, Vault } from './vault.js';

const BATCH = 100;
/** Other tabs may bring back a few values under the old key while it is rotated away, and no more than a few times. */
const MOST_IDLE_ROUNDS = 10;

export interface RotationParts {
  readonly database: Database;
  readonly table: KeyringTable;
  readonly vault: Pick<Vault, 'open' | 'seal'>;
  /** A data key under every protector. */
  readonly newDataKey: (keyring: Keyring) => Promise<DataKey>;
}

type Resealed = StoredText & { readonly place: Place; readonly fresh: SealedValue };

/** Begins a rotation, or goes on with one that was begun, and brings it to its end. */
export async function rotate(parts: RotationParts, named: readonly SealedColumn[], options: RotateOptions = {}): Promise<RotatedValues> {
  const { batch = BATCH, onProgress } = options;
  if (!Number.isInteger(batch) || batch < 1) throw new UsageError('batch is to be a whole number of at least 1: values in one write.');
  const { table } = parts;
  const columns = presentIn(parts.database, named);
  await table.change(async (keyring) => (isBegun(keyring) ? undefined : withNewKey(keyring, await parts.newDataKey(keyring))));
  const foreign = foreignIn(parts, columns);
  const total = staleIn(parts, columns).length;
  let resealed = 0;
  onProgress?.({ done: 0, total });
  const rounds = new Rounds();
  while (isBegun(table.expect())) {
    const stale = staleIn(parts, columns);
    rounds.begin(stale);
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

/** Tells rounds that come to an end from those that never would. */
class Rounds {
  #fewest = Number.POSITIVE_INFINITY;
  #idle = 0;

  /** @throws {UsageError} when there have not been fewer values to seal anew for many rounds. */
  begin(stale: readonly StoredText[]): void {
    this.#idle = stale.length < this.#fewest ? 0 : this.#idle + 1;
    this.#fewest = Math.min(this.#fewest, stale.length);
    if (this.#idle <= MOST_IDLE_ROUNDS) return;
    const [first] = stale;
    const where = first ? `${first.column.table}.${first.column.column}` : KEYS_TABLE;
    throw new UsageError(
      `${where} is put back to the old data key each time after it was rotated. Drop the trigger that does so, or end the program, and rotate again.`,
    );
  }
}

/** Opens and seals a batch, then stores what nobody has changed meanwhile. @returns how many. */
async function reseal({ database, table, vault }: RotationParts, batch: readonly StoredText[], failures: SealError[]): Promise<number> {
  const attempts = batch.map(async (stored): Promise<Resealed | undefined> => {
    try {
      const place = placeOf(stored);
      const value = SealedValue.fromText(stored.text);
      if (value.isForeign) throw inauthentic(place);
      const text = await vault.open(value, place);
      return { ...stored, place, fresh: await vault.seal(text, place) };
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

/** @throws {SealError} `SEAL_TAMPERED` for a row that no value can have been sealed for. */
function placeOf({ column: { table, column }, primaryKey }: StoredText): Place {
  if (primaryKey !== null && !(primaryKey instanceof Uint8Array)) return { table, column, primaryKey };
  throw new SealError(
    'SEAL_TAMPERED',
    `A value of ${table}.${column} is in a row whose primary key is NULL or a BLOB, for which none is ever sealed: it was copied there. Delete it, or give the row a key and enter the secret again.`,
    { table, column },
  );
}

function replace(tx: Transaction, { column: { table, column, primaryKey }, place, text, fresh }: Resealed): number {
  const sql = `UPDATE ${quoted(table)} SET ${quoted(column)} = ? WHERE ${quoted(primaryKey)} = ? AND ${quoted(column)} = ?`;
  return tx.run(sql, [SealedValue.textOf(fresh), place.primaryKey, text]).changes;
}

/** Deletes the old keys, unless another tab has stored a value under one of them since. */
async function finish({ database, table }: RotationParts, columns: readonly SealedColumn[]): Promise<void> {
  const end = (tx: Transaction): void => {
    const keyring = table.expect(tx);
    const isHeld = columns.some((column) => hasTextUnder(tx, column, oldKeyIds(keyring)));
    if (isBegun(keyring) && !isHeld) table.put(tx, { ...keyring, dataKeys: keyring.dataKeys.slice(-1) });
  };
  await database.write(end, { durability: 'strict' });
}

/** @throws {UsageError} when a column that was not named would lose its key. */
function refuseUnnamed({ database, table }: RotationParts, columns: readonly SealedColumn[]): void {
  const old = oldKeyIds(table.expect());
  for (const stored of storedColumns(database)) {
    if (columns.some((column) => isSameColumn(column, stored)) || !hasTextUnder(database, stored, old)) continue;
    throw new UsageError(
      `${stored.table}.${stored.column} holds values under the data key that is to be deleted. Name every column of sealed values, and rotate again.`,
    );
  }
}

function staleIn({ database, table }: RotationParts, columns: readonly SealedColumn[]): StoredText[] {
  const old = oldKeyIds(table.expect());
  return columns.flatMap((column) => textsUnder(database, column, old));
}

function foreignIn({ database, table }: RotationParts, columns: readonly SealedColumn[]): number {
  const known = table.expect().dataKeys.map(({ id }) => id);
  return columns.reduce((sum, column) => sum + countOthers(database, column, known), 0);
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
