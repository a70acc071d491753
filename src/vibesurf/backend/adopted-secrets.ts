import type { DatabaseReader } from '../../database/database.js';
import type { Transaction } from '../../engine/transaction.js';
import { dataKeyIds } from '../../seal/carried-keyring.js';
import { SealedValue } from '../../seal/sealed-value.js';
import type { Secret } from '../../seal/vault.js';
import { type SecretStore, vaultOf } from '../queries/secrets.js';
import { readSealedRows, replaceSealed, type SealedRow } from '../sealed-row.js';
import { type BackendKeyOptions, type BackendSecret, backendKeysOf, readBackendSecrets } from './backend-secret.js';
import { withoutTriggers } from './silent-change.js';

/** A secret that the vault does not open. `id` is the value of the row's primary key. */
export type UnopenedSecret = Pick<SealedRow, 'table' | 'column' | 'id'>;

/** What became of the backend's secrets. */
export interface AdoptedSecrets {
  /** How many were opened and sealed anew. */
  readonly sealed: number;
  /** The others: they are as they were. Rows show them as foreign, or another vault has sealed them. */
  readonly unopened: readonly UnopenedSecret[];
}

export interface ReadableSecret extends BackendSecret {
  readonly id: string;
  readonly text: string;
}

/**
 * Seals the backend's secrets in a database that one of the keys opens, and keeps the others; to be called again when another key
 * turns up. Nothing else changes, `updated_at` neither.
 *
 * @throws {FernetError} `FERNET_KEY` {VaultError} when the vault is locked, or there is none and none can be made.
 * @throws as `Database.write` does.
 */
export async function adoptBackendSecrets(store: SecretStore, options: BackendKeyOptions): Promise<AdoptedSecrets> {
  const { $client: database } = store.db;
  const secrets = await readBackendSecrets(database, await backendKeysOf(options));
  const readable = secrets.filter(isReadable);
  if (readable.length > 0) {
    const vault = await vaultOf(store);
    await vault.write(readable.map(secretOf), (tx, sealed) => storeSealed(tx, readable, sealed));
  }
  return adoptedOf(database, secrets);
}

/** One that a vault can seal: its text is known, and its row has a key to seal it for. */
export function isReadable(secret: BackendSecret): secret is ReadableSecret {
  return secret.text !== undefined && secret.id !== null;
}

export function secretOf({ table, column, id, text }: ReadableSecret): Secret {
  return { text, place: { table, column, primaryKey: id } };
}

/** Stores sealed values where the row still has what was opened: somebody may have stored another secret meanwhile. */
export function storeSealed(tx: Transaction, readable: readonly ReadableSecret[], sealed: readonly SealedValue[]): void {
  withoutTriggers(tx, () => {
    readable.forEach((row, index) => {
      const value = sealed[index];
      if (value) replaceSealed(tx, row, value);
    });
  });
}

/** What a database says has become of the secrets that it had. */
export function adoptedOf(database: DatabaseReader, before: readonly BackendSecret[]): AdoptedSecrets {
  const known = dataKeyIds(database);
  const isOpen = ({ value }: SealedRow) => known.has(SealedValue.partsOf(value)?.keyId ?? '');
  const rows = readSealedRows(database);
  const open = new Set(rows.filter(isOpen).map(placeOf));
  const unopened = rows.filter((row) => !isOpen(row)).map(({ table, column, id }) => ({ table, column, id }));
  return { sealed: before.filter((secret) => isReadable(secret) && open.has(placeOf(secret))).length, unopened };
}

function placeOf({ table, column, id }: SealedRow): string {
  return JSON.stringify([table, column, id]);
}
