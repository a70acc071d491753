import type { Transaction } from '../../engine/transaction.js';
import type { SealedValue } from '../../seal/sealed-value.js';
import type { Secret } from '../../seal/vault.js';
import { type SecretStore, vaultOf } from '../queries/secrets.js';
import { replaceSealed } from '../sealed-row.js';
import { type BackendKeyOptions, type BackendSecret, backendKeysOf, readBackendSecrets } from './backend-secret.js';
import { withoutTriggers } from './silent-change.js';

/** A secret of the backend that none of the keys opens. */
export type UnopenedSecret = Pick<BackendSecret, 'table' | 'column' | 'id'>;

/** What became of the backend's secrets. */
export interface AdoptedSecrets {
  /** How many were opened and sealed anew. */
  readonly sealed: number;
  /** The others: they are as they were, and rows show them as foreign. */
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
  return { sealed: readable.length, unopened: unopenedOf(secrets) };
}

/** One that a vault can seal: its text is known, and its row has a key to seal it for. */
export function isReadable(secret: BackendSecret): secret is ReadableSecret {
  return secret.text !== undefined && secret.id !== null;
}

export function unopenedOf(secrets: readonly BackendSecret[]): UnopenedSecret[] {
  return secrets.filter((secret) => !isReadable(secret)).map(({ table, column, id }) => ({ table, column, id }));
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
