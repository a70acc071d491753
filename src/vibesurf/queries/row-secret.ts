import { type DrizzleReader, type DrizzleWriter, drizzleIn } from '../../drizzle/drizzle.js';
import type { Place, SealedColumn } from '../../seal/place.js';
import { SealedValue } from '../../seal/sealed-value.js';
import { partsToOpen } from '../../seal/sealing.js';
import { type SecretStore, vaultOf } from './secrets.js';

/** A sealed value, and the id of the row for which it was sealed. */
export interface SealedForRow {
  readonly id: string;
  readonly value: SealedValue;
}

/** The row that a secret is for. */
export interface SecretTarget<Result> {
  readonly column: SealedColumn;
  /** The id of that row as the database is now; what it throws ends the write. */
  readonly idIn: (db: DrizzleReader) => string;
  /** Stores the value. */
  readonly change: (tx: DrizzleWriter, sealed: SealedForRow) => Result;
}

/**
 * Seals a secret for a row and stores it, in one write. A name may belong to another row by then, because another tab wrote
 * first: the secret is sealed again for that one.
 *
 * @throws {VaultError} when the vault is locked.
 */
export async function storeSecret<Result>(store: SecretStore, text: string, target: SecretTarget<Result>): Promise<Result> {
  let id = target.idIn(store.db);
  const vault = await vaultOf(store);
  for (;;) {
    const place: Place = { ...target.column, primaryKey: id };
    const outcome = await vault.write([{ text, place }], (transaction, sealed) => {
      // One secret was given to seal.
      const [value] = sealed as [SealedValue];
      const tx = drizzleIn(transaction);
      const current = target.idIn(tx);
      return { id: current, stored: current === id ? { result: target.change(tx, { id, value }) } : undefined };
    });
    if (outcome.stored) return outcome.stored.result;
    id = outcome.id;
  }
}

/**
 * The secret of a row; null where it has none, for which an empty text stands in databases of the backend.
 *
 * @throws {SealError} when it does not open: `SEAL_FOREIGN`, whatever state the vault is in, for the backend's own.
 * @throws {VaultError} when the vault is locked or absent.
 */
export async function openSecret(store: SecretStore, value: SealedValue | null, place: Place): Promise<string | null> {
  if (value === null || SealedValue.textOf(value) === '') return null;
  partsToOpen(value, place);
  await store.unlocking;
  return store.vault.open(value, place);
}
