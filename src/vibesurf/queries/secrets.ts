import type { DrizzleDatabase } from '../../drizzle/drizzle.js';
import type { Vault } from '../../seal/vault.js';

/**
 * Where secrets are kept: the database, and the vault that seals them. What takes or gives a secret is asynchronous, because
 * nothing may be encrypted within a transaction, and is a write of its own.
 */
export interface SecretStore {
  readonly db: DrizzleDatabase;
  readonly vault: Vault;
  /** Settles when the vault is as open as it gets without anybody being asked. */
  readonly unlocking?: Promise<void>;
}

/** The vault, made on first use with a device key: a first secret needs no ceremony. @throws {VaultError} when it cannot be made. */
export async function vaultOf(store: SecretStore): Promise<Vault> {
  await store.unlocking;
  if (store.vault.state === 'absent') await store.vault.create();
  return store.vault;
}
