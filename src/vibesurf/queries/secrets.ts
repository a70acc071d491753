import type { DrizzleDatabase } from '../../drizzle/drizzle.js';
import type { Vault } from '../../seal/vault.js';

/**
 * Where secrets are kept: the database, and the vault that seals them. What takes or gives a secret is asynchronous, because
 * nothing may be encrypted within a transaction, and is a write of its own.
 */
export interface SecretStore {
  readonly db: DrizzleDatabase;
  readonly vault: Vault;
}

/** The vault, made on first use with a device key: a first secret needs no ceremony. @throws {VaultError} when it is locked. */
export async function vaultOf({ vault }: SecretStore): Promise<Vault> {
  if (vault.state === 'absent') await vault.create();
  return vault;
}
